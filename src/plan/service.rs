//! Services of the AWS console: the words that people call them by, and where each begins.

use crate::config::suggest::{meant, near};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// Each service with its path in the console. Where the console has several names for one, all of
/// them lead there.
const SERVICES: [(&str, &str); 81] = [
    ("acm", "acm/home"),
    ("amplify", "amplify/home"),
    ("apigateway", "apigateway/home"),
    ("appsync", "appsync/home"),
    ("athena", "athena/home"),
    ("autoscaling", "ec2/home#AutoScalingGroups:"),
    ("backup", "backup/home"),
    ("batch", "batch/home"),
    ("bedrock", "bedrock/home"),
    ("billing", "billing/home"),
    ("budgets", "billing/home#/budgets"),
    ("cloud9", "cloud9/home"),
    ("cloudformation", "cloudformation/home"),
    ("cloudfront", "cloudfront/v4/home"),
    ("cloudshell", "cloudshell/home"),
    ("cloudtrail", "cloudtrail/home"),
    ("cloudwatch", "cloudwatch/home"),
    ("codebuild", "codesuite/codebuild/projects"),
    ("codecommit", "codesuite/codecommit/repositories"),
    ("codedeploy", "codesuite/codedeploy/applications"),
    ("codepipeline", "codesuite/codepipeline/pipelines"),
    ("cognito", "cognito/home"),
    ("config", "config/home"),
    ("cost", "cost-management/home"),
    ("dms", "dms/v2/home"),
    ("docdb", "docdb/home"),
    ("dynamodb", "dynamodbv2/home"),
    ("ebs", "ec2/home#Volumes:"),
    ("ec2", "ec2/home"),
    ("ecr", "ecr/home"),
    ("ecs", "ecs/v2/home"),
    ("efs", "efs/home"),
    ("eks", "eks/home"),
    ("elasticache", "elasticache/home"),
    ("elasticbeanstalk", "elasticbeanstalk/home"),
    ("elb", "ec2/home#LoadBalancers:"),
    ("emr", "emr/home"),
    ("eventbridge", "events/home"),
    ("events", "events/home"),
    ("fsx", "fsx/home"),
    ("glue", "glue/home"),
    ("guardduty", "guardduty/home"),
    ("health", "health/home"),
    ("iam", "iam/home"),
    ("inspector", "inspector/v2/home"),
    ("kinesis", "kinesis/home"),
    ("kms", "kms/home"),
    ("lambda", "lambda/home"),
    ("logs", "cloudwatch/home#logsV2:log-groups"),
    ("mq", "amazon-mq/home"),
    ("msk", "msk/home"),
    ("mwaa", "mwaa/home"),
    ("neptune", "neptune/home"),
    ("opensearch", "aos/home"),
    ("organizations", "organizations/v2/home"),
    ("quotas", "servicequotas/home"),
    ("ram", "ram/home"),
    ("rds", "rds/home"),
    ("redshift", "redshiftv2/home"),
    ("route53", "route53/v2/home"),
    ("s3", "s3/home"),
    ("sagemaker", "sagemaker/home"),
    ("secretsmanager", "secretsmanager/home"),
    ("securityhub", "securityhub/home"),
    ("servicecatalog", "servicecatalog/home"),
    ("servicequotas", "servicequotas/home"),
    ("ses", "ses/home"),
    ("sns", "sns/v3/home"),
    ("sqs", "sqs/v3/home"),
    ("ssm", "systems-manager/home"),
    ("sso", "singlesignon/home"),
    ("states", "states/home"),
    ("stepfunctions", "states/home"),
    ("support", "support/home"),
    ("tags", "resource-groups/tag-editor"),
    ("transfer", "transfer/home"),
    ("trustedadvisor", "trustedadvisor/home"),
    ("vpc", "vpcconsole/home"),
    ("waf", "wafv2/homev2"),
    ("workspaces", "workspaces/home"),
    ("xray", "xray/home"),
];

/// The words for services, sorted.
pub(crate) fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(name, _)| *name)
}

pub(crate) fn path_of_service(word: &str) -> Result<&'static str> {
    let lower = word.to_ascii_lowercase();
    if let Some((_, path)) = SERVICES.iter().find(|(name, _)| *name == lower) {
        return Ok(path);
    }
    let error = Error::usage(format!(
        "--service '{}' is not a service that is known here",
        escape_up_to(word, 80)
    ));
    Err(match near(word, services()).as_slice() {
        [] => error.hint(format!("one of {}", services().collect::<Vec<_>>().join(", "))),
        near => error.hint(meant(near)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_to_paths_and_others_to_words() {
        assert_eq!(path_of_service("S3").unwrap(), "s3/home");
        assert!(
            path_of_service("dynamo").unwrap_err().to_string().contains("did you mean dynamodb?")
        );
        assert!(path_of_service("zzz").unwrap_err().to_string().contains("one of acm, "));
        assert!(services().is_sorted());
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"/-#:".contains(&byte);
        assert!(SERVICES.iter().all(|(_, path)| path.bytes().all(is_safe)));
    }
}
