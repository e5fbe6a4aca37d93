//! The types of resources that the host runs, and those that it only checks.

/// What kind of resource a type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bucket,
    Queue,
    Table,
    Secret,
    Function,
    Machine,
    HttpApi,
    AwsOnly(&'static AwsOnlyType),
}

/// A type that means something on AWS only, with the properties it may have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AwsOnlyType {
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [&'static str],
    /// The property that holds its physical name, if other resources refer to it.
    name_property: Option<&'static str>,
}

/// One machine serves one person or one team: who may call what is settled by the operating
/// system and by binding to loopback, people sign in at the development issuer, and operators
/// read its own log and pages. So policies, roles, user pools, log groups, topics, alarms and
/// dashboards are checked for references that lead nowhere, not run.
static AWS_ONLY: [AwsOnlyType; 15] = [
    AwsOnlyType {
        name: "AWS::S3::BucketPolicy",
        properties: &["Bucket", "PolicyDocument"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::SQS::QueuePolicy",
        properties: &["Queues", "PolicyDocument"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::Lambda::Permission",
        properties: &["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::IAM::Role",
        properties: &[
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "Path",
            "Policies",
            "RoleName",
        ],
        name_property: Some("RoleName"),
    },
    AwsOnlyType {
        name: "AWS::IAM::ManagedPolicy",
        properties: &["Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::Logs::LogGroup",
        properties: &["LogGroupName", "RetentionInDays", "Tags"],
        name_property: Some("LogGroupName"),
    },
    AwsOnlyType {
        name: "AWS::SNS::Topic",
        properties: &["DisplayName", "KmsMasterKeyId", "Subscription", "TopicName"],
        name_property: Some("TopicName"),
    },
    AwsOnlyType {
        name: "AWS::CloudWatch::Alarm",
        properties: &[
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "Dimensions",
            "EvaluationPeriods",
            "MetricName",
            "Metrics",
            "Namespace",
            "OKActions",
            "Period",
            "Statistic",
            "Threshold",
            "TreatMissingData",
        ],
        name_property: Some("AlarmName"),
    },
    AwsOnlyType {
        name: "AWS::SNS::TopicPolicy",
        properties: &["PolicyDocument", "Topics"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::SNS::Subscription",
        properties: &["Endpoint", "Protocol", "TopicArn"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::CloudWatch::Dashboard",
        properties: &["DashboardBody", "DashboardName"],
        name_property: Some("DashboardName"),
    },
    AwsOnlyType {
        name: "AWS::Cognito::UserPool",
        properties: &[
            "AccountRecoverySetting",
            "AdminCreateUserConfig",
            "AliasAttributes",
            "AutoVerifiedAttributes",
            "DeletionProtection",
            "EnabledMfas",
            "MfaConfiguration",
            "Policies",
            "UserPoolName",
            "UserPoolTier",
            "UsernameConfiguration",
        ],
        name_property: Some("UserPoolName"),
    },
    AwsOnlyType {
        name: "AWS::Cognito::UserPoolClient",
        properties: &[
            "AccessTokenValidity",
            "AllowedOAuthFlows",
            "AllowedOAuthFlowsUserPoolClient",
            "AllowedOAuthScopes",
            "CallbackURLs",
            "ClientName",
            "EnableTokenRevocation",
            "ExplicitAuthFlows",
            "GenerateSecret",
            "IdTokenValidity",
            "LogoutURLs",
            "PreventUserExistenceErrors",
            "RefreshTokenValidity",
            "SupportedIdentityProviders",
            "TokenValidityUnits",
            "UserPoolId",
        ],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::Cognito::UserPoolDomain",
        properties: &["Domain", "UserPoolId"],
        name_property: None,
    },
    AwsOnlyType {
        name: "AWS::Cognito::UserPoolGroup",
        properties: &["Description", "GroupName", "UserPoolId"],
        name_property: None,
    },
];

impl Kind {
    /// The kind behind a type's name.
    pub(crate) fn of(type_name: &str) -> Option<Self> {
        match type_name {
            "AWS::S3::Bucket" => Some(Self::Bucket),
            "AWS::SQS::Queue" => Some(Self::Queue),
            "AWS::DynamoDB::Table" => Some(Self::Table),
            "AWS::SecretsManager::Secret" => Some(Self::Secret),
            "AWS::Serverless::Function" => Some(Self::Function),
            "AWS::Serverless::StateMachine" => Some(Self::Machine),
            "AWS::Serverless::HttpApi" => Some(Self::HttpApi),
            other => AWS_ONLY.iter().find(|known| known.name == other).map(Self::AwsOnly),
        }
    }

    /// The property that holds the physical name. An HTTP API and a policy have none that matters.
    pub(crate) fn name_property(self) -> Option<&'static str> {
        match self {
            Self::Bucket => Some("BucketName"),
            Self::Queue => Some("QueueName"),
            Self::Table => Some("TableName"),
            Self::Function => Some("FunctionName"),
            Self::Secret | Self::Machine => Some("Name"),
            Self::HttpApi => None,
            Self::AwsOnly(known) => known.name_property,
        }
    }

    /// Whether a physical name is one that AWS takes, and the rule in words.
    pub(crate) fn takes_name(self, name: &str) -> Result<(), &'static str> {
        let length = name.len();
        let made_of = |extra: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c));
        let (keeps, rule) = match self {
            Self::Bucket => (
                (3..=63).contains(&length)
                    && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    && !name.starts_with('-')
                    && !name.ends_with('-'),
                "3 to 63 lower-case letters, digits and inner hyphens",
            ),
            Self::Queue => ((1..=80).contains(&length) && made_of("-_"), "1 to 80 letters, digits, - and _"),
            Self::Table => {
                ((3..=255).contains(&length) && made_of("-_."), "3 to 255 letters, digits, -, _ and .")
            }
            Self::Secret => (
                (1..=512).contains(&length) && made_of("/_+=.@-"),
                "1 to 512 letters, digits and any of /_+=.@-",
            ),
            Self::Function => {
                ((1..=64).contains(&length) && made_of("-_"), "1 to 64 letters, digits, - and _")
            }
            Self::Machine => {
                ((1..=80).contains(&length) && made_of("-_"), "1 to 80 letters, digits, - and _")
            }
            Self::HttpApi | Self::AwsOnly(_) => (
                (1..=512).contains(&length) && !name.contains(char::is_control),
                "1 to 512 printable characters",
            ),
        };
        if keeps { Ok(()) } else { Err(rule) }
    }
}
