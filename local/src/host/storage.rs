//! The embedded services, on disk or in memory.

use super::{HostError, World, data_dir::DataDir, tasks::HostTasks, wiring};
use local_dynamodb::Tables;
use local_s3::Store;
use local_secrets::Secrets;
use local_sqs::Queues;
use local_states::StateMachines;
use std::sync::Arc;

/// What outlives a run of the stack: objects, messages, items, executions, secrets.
#[derive(Clone, Debug)]
pub struct Storage {
    pub s3: Arc<Store>,
    pub queues: Queues,
    pub tables: Tables,
    pub machines: StateMachines,
    /// In memory on any machine: the template brings their texts along.
    pub secrets: Secrets,
    pub(super) tasks: Arc<HostTasks>,
}

impl Storage {
    /// Opens what the folder holds, or begins it.
    pub(super) fn open(data_dir: &DataDir, world: &World, aws_url: &str) -> Result<Self, HostError> {
        let s3 = Store::open(&data_dir.join("s3"), s3_config(world))
            .map_err(|error| HostError::storage("the object store")(error.into()))?;
        let queues = Queues::open(&data_dir.join("queues.sqlite"), queues_config(world, aws_url))
            .map_err(|error| HostError::storage("the queues")(error.into()))?;
        let tables = Tables::open(&data_dir.join("register.sqlite"))
            .map_err(|error| HostError::storage("the register")(error.into()))?;
        let tasks = Arc::new(HostTasks::new(queues.clone(), Arc::clone(&world.interference)));
        let machines =
            StateMachines::open(&data_dir.join("machines.sqlite"), machines_settings(world, &tasks))
                .map_err(|error| HostError::storage("the state machines")(error.into()))?;
        Ok(Self { s3, queues, tables, machines, secrets: secrets(world), tasks })
    }

    /// Waits until the disk has failed below one of the services. Says which, and how.
    pub(super) async fn failed(&self) -> String {
        tokio::select! {
            reason = self.s3.failed() => reason,
            reason = self.queues.failed() => reason,
            reason = self.tables.failed() => reason,
            reason = self.machines.failed() => reason,
        }
    }

    /// Storage that ends with the process. Every call completes where it is made, so a simulation repeats itself.
    pub fn in_memory(world: &World, aws_url: &str) -> Result<Self, HostError> {
        let s3 = Store::in_memory(s3_config(world))
            .map_err(|error| HostError::storage("the object store")(error.into()))?;
        let queues = Queues::in_memory(queues_config(world, aws_url))
            .map_err(|error| HostError::storage("the queues")(error.into()))?;
        let tables = Tables::in_memory().map_err(|error| HostError::storage("the register")(error.into()))?;
        let tasks = Arc::new(HostTasks::new(queues.clone(), Arc::clone(&world.interference)));
        let machines = StateMachines::in_memory(machines_settings(world, &tasks))
            .map_err(|error| HostError::storage("the state machines")(error.into()))?;
        Ok(Self { s3, queues, tables, machines, secrets: secrets(world), tasks })
    }
}

fn secrets(world: &World) -> Secrets {
    Secrets::new(Arc::clone(&world.clock), Arc::clone(&world.random))
}

fn s3_config(world: &World) -> local_s3::Config {
    local_s3::Config {
        region: wiring::REGION.to_owned(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
    }
}

fn queues_config(world: &World, aws_url: &str) -> local_sqs::Config {
    local_sqs::Config {
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        pace: world.pace,
        region: wiring::REGION.to_owned(),
        account: wiring::ACCOUNT.to_owned(),
        endpoint: aws_url.to_owned(),
    }
}

fn machines_settings(world: &World, tasks: &Arc<HostTasks>) -> local_states::Settings {
    local_states::Settings {
        config: local_states::Config {
            region: wiring::REGION.to_owned(),
            account: wiring::ACCOUNT.to_owned(),
        },
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        pace: world.pace,
        tasks: Arc::clone(tasks) as Arc<dyn local_states::Tasks>,
    }
}
