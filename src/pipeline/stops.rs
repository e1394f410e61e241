//! Reasons that stop a run before anything is published.
//!
//! Every part of the input is judged before the run stops, so that one run names all faults and not only the first.

use clout_base::error::{Error, ErrorKind, Result};

/// Number of reasons that an error message contains.
const NAMED_STOPS: usize = 5;

/// Reasons that stop a run.
#[derive(Debug, Default)]
pub struct Stops(Vec<Error>);

impl Stops {
    /// Adds a reason.
    pub fn add(&mut self, kind: ErrorKind, message: impl Into<String>) {
        self.0.push(Error::new(kind, message));
    }

    /// Adds all reasons of another list.
    pub fn append(&mut self, mut others: Stops) {
        self.0.append(&mut others.0);
    }

    /// Returns the reasons, in the order in which they were found.
    pub fn reasons(&self) -> &[Error] {
        &self.0
    }

    /// Returns an error with the first reasons, and the number of the others. Refused input decides its kind, because a
    /// retry cannot repair it; otherwise the first reason does.
    pub fn into_result(self) -> Result<()> {
        self.into_error_with(NAMED_STOPS)
    }

    /// Returns the same error with all reasons.
    pub fn into_full_result(self) -> Result<()> {
        self.into_error_with(usize::MAX)
    }

    fn into_error_with(mut self, most: usize) -> Result<()> {
        let first = self
            .0
            .iter()
            .position(|stop| stop.kind() == ErrorKind::Refused)
            .unwrap_or(0);
        if self.0.len() <= 1 {
            return self.0.pop().map_or(Ok(()), Err);
        }
        self.0[..=first].rotate_right(1);
        let named: Vec<String> = self.0.iter().take(most).map(Error::to_string).collect();
        let more = match self.0.len().saturating_sub(most) {
            0 => String::new(),
            more => format!("\n{more} more: `clout check` lists all"),
        };
        Err(Error::new(self.0[0].kind(), format!("{}{more}", named.join("\n"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_input_decides_the_kind_and_every_reason_is_named() {
        let mut stops = Stops::default();
        assert!(Stops::default().into_result().is_ok());
        stops.add(ErrorKind::NotReady, "twitter is missing");
        stops.add(ErrorKind::Refused, "a file is damaged");
        stops.add(ErrorKind::NotReady, "facebook is missing");
        let error = stops.into_result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(
            error.to_string(),
            "a file is damaged\ntwitter is missing\nfacebook is missing"
        );
    }

    #[test]
    fn a_long_list_of_reasons_is_cut_with_their_number() {
        let mut stops = Stops::default();
        (0..9).for_each(|number| stops.add(ErrorKind::NotReady, format!("reason {number}")));
        let error = stops.into_result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotReady);
        assert!(
            error.to_string().ends_with("reason 4\n4 more: `clout check` lists all"),
            "{error}"
        );
    }
}
