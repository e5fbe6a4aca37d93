//! What survives a crash, what is announced, and any key: rules that need the store itself, not only its protocol.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod events;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod keys;
