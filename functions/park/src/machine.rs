use document::{Code, Failure, MachineInput, MachineName, MachineRef};
use serde::{Deserialize, Serialize};

/// EventBridge's "Step Functions Execution Status Change" for a machine that failed, timed out or was stopped.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ended {
    pub(crate) detail: Detail,
}

/// What the event says of the execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    pub(crate) name: String,
    pub(crate) state_machine_arn: String,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) input: Option<String>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    #[serde(default)]
    pub(crate) cause: Option<String>,
}

impl Ended {
    /// What the machine was started with, if Lectern started it.
    pub(crate) fn input(&self) -> Option<MachineInput> {
        serde_json::from_str(self.detail.input.as_deref()?).ok()
    }

    /// Which machine in which cycle it was.
    pub(crate) fn machine(&self, input: &MachineInput) -> Option<MachineRef> {
        let arn = &self.detail.state_machine_arn;
        let name = MachineName::ALL.into_iter().find(|name| arn.ends_with(name.as_str()))?;
        Some(MachineRef { name, cycle: input.cycle })
    }

    /// The failure as a person reads it: the machines fail with the codes of the register.
    pub(crate) fn failure(&self) -> Failure {
        let error = self.detail.error.as_deref().unwrap_or_default();
        let named = Code::ALL.into_iter().find(|code| code.as_str() == error);
        named.map_or_else(
            || {
                let cause = if error.is_empty() { &self.detail.status } else { error };
                Failure::new(Code::MachineFailed).caused_by(cause)
            },
            Failure::new,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(error: Option<&str>) -> Ended {
        let detail = serde_json::json!({
            "name": "transfer-x", "stateMachineArn": "arn:aws:states:r:0:stateMachine:lectern-transfer",
            "status": "FAILED", "input": "{}", "error": error
        });
        serde_json::from_value(serde_json::json!({ "source": "aws.states", "detail": detail })).unwrap()
    }

    #[test]
    fn machines_fail_with_the_registers_codes() {
        assert_eq!(ended(Some("processor-unreachable")).failure(), Failure::new(Code::ProcessorUnreachable));
        assert_eq!(ended(Some("States.Timeout")).failure().cause, "machine-failed/States.Timeout");
        assert_eq!(ended(None).failure().cause, "machine-failed/FAILED");
        assert!(ended(None).input().is_none());
    }
}
