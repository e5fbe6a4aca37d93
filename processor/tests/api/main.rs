//! The processor from outside: over HTTP, as a customer sees it.

#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod customer;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod misbehaviour;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod submission;
#[cfg(test)]
mod videos;
