//! What a process has used, from Linux's `/proc` (proc(5)).

use anyhow::Context as _;
use std::{collections::BTreeSet, fs, time::Duration};

/// Clock ticks in a second, as `/proc/PID/stat` counts them: `USER_HZ` is 100 on every Linux that is in use.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time of a process, user and system, its ended threads included, in seconds.
pub(crate) fn cpu_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the process has ended")?;
    ticks(&stat)
        .map(|ticks| f64::from(ticks) / TICKS_PER_SECOND)
        .context("/proc/PID/stat has another form here")
}

/// CPU time of a process's living threads: in nanoseconds, where [`cpu_seconds`] counts hundredths of a second.
pub(crate) fn thread_cpu_time(process: u32) -> anyhow::Result<Duration> {
    let mut time = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task")).context("the process has ended")? {
        // One that has ended meanwhile counts as nothing.
        let schedule = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = schedule.split(' ').next().and_then(|running| running.parse().ok());
        time += Duration::from_nanos(nanoseconds.unwrap_or(0));
    }
    Ok(time)
}

/// The name stands in parentheses and may hold anything; `utime` and `stime` are the 12th and 13th fields after it.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    Some(fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?)
}

/// The largest resident memory since the start or the last [`forget_peak`], in bytes.
pub(crate) fn peak_bytes(process: u32) -> anyhow::Result<u64> {
    memory(process, "VmHWM:")
}

/// The resident memory now, in bytes.
pub(crate) fn resident_bytes(process: u32) -> anyhow::Result<u64> {
    memory(process, "VmRSS:")
}

/// Lets the peak begin again from what is resident now.
pub(crate) fn forget_peak(process: u32) -> anyhow::Result<()> {
    fs::write(format!("/proc/{process}/clear_refs"), "5").context("the peak cannot be forgotten")
}

/// CPU time of processes and of their living descendants, in seconds.
pub(crate) fn family_cpu_seconds(processes: &[u32]) -> anyhow::Result<f64> {
    family(processes)?.into_iter().map(cpu_seconds).sum()
}

/// Memory of processes and of their descendants, in bytes: what some of them share is counted once.
pub(crate) fn family_bytes(processes: &[u32]) -> anyhow::Result<u64> {
    let proportional = |process: u32| {
        let rollup =
            fs::read_to_string(format!("/proc/{process}/smaps_rollup")).context("a process has ended")?;
        kilobytes(&rollup, "Pss:")
            .map(|kilobytes| kilobytes * 1024)
            .context("/proc/PID/smaps_rollup has no Pss")
    };
    family(processes)?.into_iter().map(proportional).sum()
}

/// The processes and everything that they started.
fn family(processes: &[u32]) -> anyhow::Result<BTreeSet<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(process) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let parent =
            stat.rsplit_once(") ").and_then(|(_, fields)| fields.split(' ').nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (parent, process)));
    }
    let mut family: BTreeSet<u32> = processes.iter().copied().collect();
    loop {
        let children = parents.iter().filter(|(parent, _)| family.contains(parent)).map(|(_, child)| *child);
        let larger: BTreeSet<u32> = family.iter().copied().chain(children).collect();
        if larger.len() == family.len() {
            return Ok(family);
        }
        family = larger;
    }
}

fn memory(process: u32, name: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the process has ended")?;
    Ok(kilobytes(&status, name).with_context(|| format!("/proc/PID/status has no {name}"))? * 1024)
}

fn kilobytes(lines: &str, name: &str) -> Option<u64> {
    let line = lines.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 900 0 1 0 731 269 0 0 20 0 4 0 100 0 0";
        assert_eq!(ticks(stat), Some(1000));
        assert_eq!(ticks("42"), None);
    }

    #[test]
    fn this_process_uses_something() {
        let own = std::process::id();
        assert!(peak_bytes(own).unwrap() >= resident_bytes(own).unwrap() / 2);
        assert!(family_bytes(&[own]).unwrap() > 0);
        assert!(family(&[std::os::unix::process::parent_id()]).unwrap().contains(&own));
        assert!(cpu_seconds(own).unwrap() >= 0.0);
        assert!(thread_cpu_time(own).unwrap() > Duration::ZERO);
    }
}
