//! The template reader from outside: what it makes of the project's own template, what it
//! refuses, what it evaluates, and that no text makes it panic.

#[cfg(test)]
mod any_text;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod machine_roles;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod wiring;
