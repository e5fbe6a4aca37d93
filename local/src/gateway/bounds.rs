//! How much the AWS port takes on, each bound with its reason. Whoever comes beyond them is told to come back.

use std::time::Duration;

/// A message of 1 MiB can take three times as much as JSON: `é` is two bytes and `\u00e9` six.
pub(super) const SQS_BODY_BYTES_MAX: usize = 4 << 20;
/// DynamoDB's own limit on a request.
pub(super) const DYNAMODB_BODY_BYTES_MAX: usize = 16 << 20;
/// Inputs and outputs of machines end at 256 KiB, definitions at 1 MiB.
pub(super) const STATES_BODY_BYTES_MAX: usize = 2 << 20;
/// Whoever reads a secret names it and its version: three texts of at most 2 KiB.
pub(super) const SECRETS_BODY_BYTES_MAX: usize = 64 << 10;

/// How long requests under way may take once the host stops. Long polls last longer and are cut off, which
/// loses nothing: what they would have received stays where it is.
pub(super) const DRAIN_MAX: Duration = Duration::from_secs(5);
/// How long to wait after a failed accept: the usual cause is that the process has no file descriptors left.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// When a caller who found no place should come back: by then a burst is over.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The bounds that hold for one port.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "a bound is called by what it bounds, and `max`")]
pub(super) struct Bounds {
    /// Connections that are served at once. Far more than the clients of one machine need, far less than its file
    /// descriptors.
    pub(super) connections_max: usize,
    /// Further connections whose requests are refused in AWS's words. Beyond them a connection is closed at once.
    pub(super) refused_connections_max: usize,
    /// Requests that are answered at once, over all connections. Long polls count, so it is more than connections.
    pub(super) requests_max: usize,
    /// Requests at once on one HTTP/2 connection: one client does not take everybody's place.
    pub(super) streams_max: u32,
    /// Header fields of one request: SDKs send about twenty, and user metadata of 2 KB fits.
    pub(super) headers_max: usize,
    /// Bytes of a request's line and header fields, and of what is read from a socket at once: bodies should come in
    /// chunks as large as those that the store writes. It bounds the buffers of all connections to 128 MiB.
    pub(super) header_bytes_max: usize,
    /// How long the header of a request may take, which is also how long a connection may idle.
    pub(super) header_time_max: Duration,
    /// How long a body may pause. AWS closes such a connection after about twenty seconds.
    pub(super) body_pause_max: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: 512,
            refused_connections_max: 64,
            requests_max: 1024,
            streams_max: 100,
            headers_max: 128,
            header_bytes_max: 256 << 10,
            header_time_max: Duration::from_secs(30),
            body_pause_max: Duration::from_secs(20),
        }
    }
}
