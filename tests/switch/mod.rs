//! A switch from the words to the variables: which calls are made, with what parameters, and what is
//! stored for the next one.

mod base_credentials;
mod by_arn;
mod durations;
mod explain_is_true;
mod policies_and_tags;
mod previous;
mod protection;
mod region;
mod renewal;
mod session_parameters;
mod stored_sessions;
mod words_of_aws;
mod wrong_clocks;
