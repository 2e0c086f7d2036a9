//! Answers beside those of WNTR, which `setup/oracles.sh` installs; without it these tests fail. It takes its seconds to start, so one
//! question is asked beside the other.

mod pressures_of_wntr;
mod segments_of_wntr;
