//! local-issuer
