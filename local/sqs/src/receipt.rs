use crate::error::SqsError;
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// Bytes of the secret part: enough that nobody guesses a delivery that was not theirs.
pub(crate) const NONCE_BYTES: usize = 16;
const ROW_BYTES: usize = 8;

/// What a receipt handle says: the message's row, and the secret of one delivery of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) row: i64,
    pub(crate) nonce: [u8; NONCE_BYTES],
}

impl Receipt {
    pub(crate) fn encode(self) -> String {
        let mut bytes = [0; ROW_BYTES + NONCE_BYTES];
        bytes[..ROW_BYTES].copy_from_slice(&self.row.to_be_bytes());
        bytes[ROW_BYTES..].copy_from_slice(&self.nonce);
        BASE64_STANDARD.encode(bytes)
    }

    pub(crate) fn parse(handle: &str) -> Result<Self, SqsError> {
        let bytes = BASE64_STANDARD.decode(handle).map_err(|_| SqsError::ReceiptHandleIsInvalid)?;
        let bytes: [u8; ROW_BYTES + NONCE_BYTES] =
            bytes.try_into().map_err(|_| SqsError::ReceiptHandleIsInvalid)?;
        let (row, nonce) = bytes.split_at(ROW_BYTES);
        Ok(Self {
            row: i64::from_be_bytes(row.try_into().expect("the first part has the length of a row")),
            nonce: nonce.try_into().expect("the rest has the length of a nonce"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_survives_its_text_and_rubbish_is_refused() {
        let receipt = Receipt { row: 42, nonce: [7; NONCE_BYTES] };
        assert_eq!(Receipt::parse(&receipt.encode()), Ok(receipt));
        for rubbish in ["", "x", "AAAA", "not base64!", &"A".repeat(400)] {
            assert_eq!(Receipt::parse(rubbish), Err(SqsError::ReceiptHandleIsInvalid), "{rubbish}");
        }
    }
}
