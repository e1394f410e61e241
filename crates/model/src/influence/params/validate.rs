//! Validation of the model constants: ranges in which the formulas are defined.

use std::fmt::Display;

use super::{
    CorroborationParams, ModelParams, RankParams, RankPropagationParams, RecencyParams, ScaleParams, TopicParams,
    TrustParams,
};
use clout_base::error::{Error, Result};

/// The largest constant: far above any use, and small enough that no sum of them overflows.
const MAX: f64 = 1e9;

impl ModelParams {
    /// Validates all constants.
    ///
    /// # Errors
    /// A usage error if a value is outside its range. The message names the key, the value and the allowed range.
    pub fn validate(&self) -> Result<()> {
        self.recency.validate()?;
        require_positive("model.selectivity.crowd", self.selectivity.crowd)?;
        require_positive("model.selectivity.flood", self.selectivity.flood)?;
        require_positive("model.repeats.beta_day", self.repeats.beta_day)?;
        require_positive("model.repeats.beta", self.repeats.beta)?;
        self.trust.validate()?;
        self.standing.validate()?;
        self.propagation.validate()?;
        self.corroboration.validate()?;
        self.scale.validate()?;
        self.topics.validate()
    }
}

impl RecencyParams {
    fn validate(&self) -> Result<()> {
        let (lives, masses) = (&self.half_lives_days, &self.masses);
        let lives_key = Key("model.recency.half_lives_days");
        let masses_key = Key("model.recency.masses");
        let is_short = (1..=8).contains(&lives.len());
        lives_key.require(is_short, count_entries(lives), "1 to 8 entries")?;
        let as_many = format!("{}, one for each half-life", count_entries(lives));
        masses_key.require(masses.len() == lives.len(), count_entries(masses), &as_many)?;
        for days in lives {
            let is_span = (0.01..=10_000.0).contains(days);
            lives_key.require(is_span, days, "0.01 to 10000 days each")?;
        }
        for mass in masses {
            masses_key.require(*mass > 0.0, mass, "more than 0 each")?;
        }
        let sum: f64 = masses.iter().sum();
        let shown = format!("{masses:?} with sum {sum}");
        masses_key.require((sum - 1.0).abs() <= 1e-9, shown, "masses with sum 1")
    }
}

impl TopicParams {
    fn validate(&self) -> Result<()> {
        let half_lives = [
            ("model.topics.half_life_days", self.half_life_days),
            ("model.topics.lasting_half_life_days", self.lasting_half_life_days),
            (
                "model.topics.endorsement_half_life_days",
                self.endorsement_half_life_days,
            ),
        ];
        for (key, days) in half_lives {
            Key(key).require((1.0..=10_000.0).contains(&days), days, "1 to 10000 days")?;
        }
        let weights = [
            ("model.topics.endorsement", self.endorsement),
            ("model.topics.given", self.given),
            ("model.topics.given_per_earned", self.given_per_earned),
            ("model.topics.audience", self.audience),
            ("model.topics.related", self.related),
        ];
        for (key, weight) in weights {
            Key(key).require((0.0..=MAX).contains(&weight), weight, "0 to 1e9")?;
        }
        require_positive("model.topics.endorser_half_at", self.endorser_half_at)?;
        require_positive("model.topics.seasoned_days", self.seasoned_days)?;
        require_positive("model.topics.common_at", self.common_at)?;
        let (lasting, short) = (self.lasting_half_life_days, self.half_life_days);
        Key("model.topics.lasting_half_life_days").require(
            lasting >= short,
            lasting,
            "at least model.topics.half_life_days",
        )?;
        let share = self.lasting_share;
        Key("model.topics.lasting_share").require((0.0..=1.0).contains(&share), share, "0 to 1")?;
        let decay = self.ancestor_decay;
        Key("model.topics.ancestor_decay").require((0.0..=1.0).contains(&decay), decay, "0 to 1")
    }
}

impl TrustParams {
    fn validate(&self) -> Result<()> {
        require_positive("model.trust.rate", self.rate)?;
        require_positive("model.trust.span_days", self.span_days)?;
        let days = self.settled_after_days;
        let key = Key("model.trust.settled_after_days");
        key.require((2..=365).contains(&days), days, "2 to 365")?;
        let are_ids = self.seeds.iter().all(|seed| !seed.is_empty());
        Key("model.trust.seeds").require(are_ids, "a list with an empty text", "person ids")
    }
}

impl RankParams {
    fn validate(&self) -> Result<()> {
        require_positive("model.standing.half_at", self.half_at)?;
        let is_bounded = (0.0..self.half_at).contains(&self.gain);
        let allowed = "0 or more, below model.standing.half_at";
        Key("model.standing.gain").require(is_bounded, self.gain, allowed)
    }
}

impl RankPropagationParams {
    fn validate(&self) -> Result<()> {
        let key = Key("model.propagation.damping");
        let is_share = (0.0..1.0).contains(&self.damping);
        key.require(is_share, self.damping, "0 or more, below 1")?;
        let key = Key("model.propagation.tolerance");
        let is_small = self.tolerance > 0.0 && self.tolerance < 1.0;
        key.require(is_small, self.tolerance, "more than 0, below 1")?;
        let key = Key("model.propagation.max_iterations");
        let ends = (1..=100_000).contains(&self.max_iterations);
        key.require(ends, self.max_iterations, "1 to 100000")
    }
}

impl CorroborationParams {
    fn validate(&self) -> Result<()> {
        require_positive("model.corroboration.base", self.base)?;
        require_positive("model.corroboration.half_at", self.half_at)?;
        let few = ("model.corroboration.per_trusted_of_few", self.per_trusted_of_few);
        let many = ("model.corroboration.per_trusted", self.per_trusted);
        for (key, value) in [few, many] {
            Key(key).require((0.0..=MAX).contains(&value), value, "0 to 1e9")?;
        }
        Ok(())
    }
}

impl ScaleParams {
    fn validate(&self) -> Result<()> {
        require_positive("model.scale.points_per_decade", self.points_per_decade)?;
        let is_score = (1.0..=100.0).contains(&self.one_reactor);
        Key("model.scale.one_reactor").require(is_score, self.one_reactor, "1 to 100")
    }
}

/// The full name of a constant in the job file.
#[derive(Clone, Copy)]
struct Key(&'static str);

impl Key {
    fn require(self, is_allowed: bool, value: impl Display, allowed: &str) -> Result<()> {
        if is_allowed {
            return Ok(());
        }
        let key = self.0;
        Err(Error::usage(format!("{key} is {value}: expected {allowed}")))
    }
}

fn require_positive(key: &'static str, value: f64) -> Result<()> {
    let is_positive = value > 0.0 && value <= MAX;
    Key(key).require(is_positive, value, "more than 0, at most 1e9")
}

fn count_entries(list: &[f64]) -> String {
    format!("{} entries", list.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;
    use rstest::rstest;

    #[test]
    fn the_defaults_are_valid() {
        ModelParams::default().validate().unwrap();
    }

    #[rstest]
    #[case("recency = { half_lives_days = [] }", "model.recency.half_lives_days is 0 entries")]
    #[case("recency = { masses = [1.0] }", "masses is 1 entries: expected 5 entries")]
    #[case(
        "recency = { half_lives_days = [0.0, 1, 7, 30, 90] }",
        "half_lives_days is 0: expected"
    )]
    #[case("recency = { masses = [0.12, 0.04, 0.2, 0.33, 0.32] }", "with sum 1.0")]
    #[case("recency = { half_lives_days = [1], masses = [nan] }", "masses is NaN")]
    #[case("repeats.beta_day = 0", "model.repeats.beta_day is 0")]
    #[case("selectivity.crowd = 0", "model.selectivity.crowd is 0: expected more than 0")]
    #[case("repeats.beta = inf", "model.repeats.beta is inf")]
    #[case("selectivity.flood = 0", "model.selectivity.flood is 0")]
    #[case("trust.span_days = 0", "model.trust.span_days is 0")]
    #[case("trust.rate = -2", "model.trust.rate is -2")]
    #[case(
        "trust.settled_after_days = 1",
        "model.trust.settled_after_days is 1: expected 2 to 365"
    )]
    #[case("trust.seeds = ['']", "model.trust.seeds is a list with an empty text")]
    #[case("standing.gain = 10", "model.standing.gain is 10: expected 0 or more, below")]
    #[case("standing.half_at = nan", "model.standing.half_at is NaN")]
    #[case("propagation.damping = 1", "model.propagation.damping is 1")]
    #[case("propagation.tolerance = 0", "model.propagation.tolerance is 0")]
    #[case("propagation.max_iterations = 0", "model.propagation.max_iterations is 0")]
    #[case("corroboration.base = 0", "model.corroboration.base is 0")]
    #[case(
        "corroboration.per_trusted_of_few = nan",
        "model.corroboration.per_trusted_of_few is NaN"
    )]
    #[case("corroboration.per_trusted = -1", "model.corroboration.per_trusted is -1")]
    #[case("scale.one_reactor = 0", "model.scale.one_reactor is 0: expected 1 to 100")]
    fn an_invalid_value_is_refused_with_its_key(#[case] text: &str, #[case] says: &str) {
        let params: ModelParams = toml::from_str(text).unwrap();
        let error = params.validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(says), "{error}");
    }

    #[test]
    fn an_unknown_constant_is_refused() {
        assert!(toml::from_str::<ModelParams>("repeats.gamma = 2").is_err());
    }
}
