//! The official SDK against the service, in one process and without a socket.

#[cfg(test)]
mod cors;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod events;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod integrity;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod multipart;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod presigned;
#[cfg(test)]
mod versions;
