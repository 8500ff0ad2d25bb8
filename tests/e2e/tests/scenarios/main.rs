//! The product from outside. One program for all scenarios, since each would have to be linked with the same libraries.

mod bad_input;
mod deletion;
mod faults;
mod helm;
mod queue;
mod repair;
mod secrets;
mod third_engine;
mod visits;
