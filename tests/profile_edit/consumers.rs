//! Other programs that read what was written: boto3 and the AWS CLI.
