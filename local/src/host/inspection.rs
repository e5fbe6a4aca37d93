//! What a start looks at before it writes anything: a folder that cannot be gone on with is left as it is.

use super::{HostError, Storage, World, data_dir::DataDir, functions::Functions, resources, stack, wiring};
use local_disk::Damage;
use local_s3::Lost;

/// The services' files, and the newest schema that each reads. The register's engine keeps its schema to itself.
const FILES: [(&str, Option<i64>); 4] = [
    ("s3/index.sqlite", Some(local_s3::SCHEMA_VERSION)),
    ("queues.sqlite", Some(local_sqs::SCHEMA_VERSION)),
    ("register.sqlite", None),
    ("machines.sqlite", Some(local_states::SCHEMA_VERSION)),
];

/// Checks what the folder holds. `without_lost_files` says to go on although objects have lost their bytes.
pub(super) fn inspect(data_dir: &DataDir, without_lost_files: bool) -> Result<(), HostError> {
    for (name, known) in FILES {
        let path = data_dir.join(name);
        match local_disk::inspect(&path, known) {
            Ok(()) => {}
            // A first start that was cut off has promised nothing; what it did not get to is made now.
            Err(Damage::Missing | Damage::Empty) if !data_dir.is_complete() => {}
            Err(damage) => return Err(HostError::Damaged { path, damage }),
        }
    }
    data_dir.check_small_files()?;
    if !data_dir.is_complete() {
        return Ok(());
    }
    let folder = data_dir.join("s3");
    let lost =
        local_s3::lost(&folder).map_err(|error| HostError::storage("the object store")(error.into()))?;
    match lost.first() {
        Some(first) if !without_lost_files => {
            let Lost { file, bucket, key, version } = first.clone();
            Err(HostError::LostFile { file, bucket, key, version, count: lost.len() })
        }
        _ => {
            for Lost { file, bucket, key, version } in lost {
                tracing::warn!(file = %file.display(), bucket, key, version, "an object has lost its file and cannot be read");
            }
            Ok(())
        }
    }
}

/// Brings what the logs of a host that died hold into their files, before anything new is written.
pub(super) fn settle(data_dir: &DataDir) -> Result<(), HostError> {
    for (name, _) in FILES {
        let path = data_dir.join(name);
        local_disk::settle(&path).map_err(|error| HostError::Damaged { path, damage: error.into() })?;
    }
    Ok(())
}

/// Runs the template once over storage in memory, without letting anything flow: what it cannot do is refused while the
/// disk is untouched.
pub(super) async fn rehearse(plan: &template::Plan, world: &World) -> Result<(), HostError> {
    const NOWHERE: &str = "http://127.0.0.1:0";
    let storage = Storage::in_memory(world, NOWHERE)?;
    resources::create(plan, &storage).await?;
    let runtime = stack::runtime(&stack::gateway(&storage), world, NOWHERE);
    Functions::build(plan, &runtime, world).await?;
    Ok(())
}

/// Parameters for the rehearsal, when neither the processor's address nor this machine's secrets are known yet.
pub(super) fn rehearsal_parameters(options: &super::UpOptions) -> wiring::Parameters {
    const SECRET: &str = "whsec_cmVoZWFyc2FsLXJlaGVhcnNhbC1yZWhlYXJzYWwtMzJi";
    let url = || "http://127.0.0.1:1".to_owned();
    wiring::Parameters {
        aws_endpoint: url(),
        api_endpoint: url(),
        processor_url: options.processor_url.clone().unwrap_or_else(url),
        processor_token: options.processor_token.clone().unwrap_or_else(|| "rehearsal".to_owned()),
        callback_secrets: options.callback_secrets.clone().unwrap_or_else(|| SECRET.to_owned()),
        issuer: format!("{}/issuer", url()),
        time_scale: options.time_scale,
        upload_bytes_max: options.upload_bytes_max,
        requests_per_second: options.requests_per_second,
    }
}
