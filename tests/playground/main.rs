//! The playground: a bastion, three accounts and a shell, without an AWS account.

fn main() {}
