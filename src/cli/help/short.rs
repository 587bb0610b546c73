//! What `assume-role -h` shows: one screen, the examples first. A test counts its lines and finds
//! every verb in it.

pub(super) const TEXT: &str = "\
Change the current shell to an AWS IAM role

Examples:
  eval \"$(assume-role init zsh)\"          load it: this line in ~/.zshrc
  assume-role production read             this shell becomes production:read
  assume-role production admin eu-west-1  another role, in another region
  assume-role -                           back to the role before
  assume-role leave                       back to what was before all of them
  assume-role exec production read -- aws s3 ls    one command with a role

Usage: assume-role ACCOUNT ROLE [MFA_CODE] [REGION] [OPTIONS]
       assume-role PROFILE | ARN | VERB …

Verbs:
  this shell      leave  ensure  status
  other programs  exec  env  credential-process  profile  console
  accounts        list  explain  accounts  keys  login  logout
  set-up          init  doctor  completions  man  export

Options: --region R  --duration 4h  --profile P  --via TARGET  --base P
         --refresh  --yes  --write  --no-input  --verbose  --version

assume-role VERB -h is about a verb, assume-role --help about everything.
";
