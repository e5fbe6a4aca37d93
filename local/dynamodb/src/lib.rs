//! local-dynamodb
