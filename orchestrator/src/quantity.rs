//! Kubernetes quantities, as far as engines and quotas are written with them: whole numbers with `m`, `Ki`, `Mi`, `Gi` or `Ti`.

use std::{fmt, str::FromStr};

use k8s_openapi::apimachinery::pkg::api::resource::Quantity as K8sQuantity;

/// An amount of something. Keeps the text it was written as; compares by its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    text: String,
    thousandths: u128,
}

impl Quantity {
    /// The amount in thousandths of its unit, in which amounts can be added up and compared.
    #[must_use]
    pub const fn thousandths(&self) -> u128 {
        self.thousandths
    }
}

impl From<&Quantity> for K8sQuantity {
    fn from(quantity: &Quantity) -> Self {
        Self(quantity.text.clone())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no quantity.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no quantity: expected a whole number above zero with m, Ki, Mi, Gi, Ti or nothing behind it, such as 500m or 2Gi"
)]
pub struct QuantityError(String);

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let factor: u128 = match &text[digits.len()..] {
            "m" => 1,
            "" => 1000,
            "Ki" => 1000 << 10,
            "Mi" => 1000 << 20,
            "Gi" => 1000 << 30,
            "Ti" => 1000 << 40,
            _ => return Err(QuantityError(text.to_owned())),
        };
        match digits.parse::<u64>() {
            Ok(number) if number > 0 && !digits.starts_with('+') => {
                Ok(Self { text: text.to_owned(), thousandths: u128::from(number) * factor })
            }
            _ => Err(QuantityError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", 1000)]
    #[case("500m", 500)]
    #[case("2Ki", 2 * 1024 * 1000)]
    #[case("2Gi", 2 * 1024 * 1024 * 1024 * 1000)]
    fn quantities_have_a_value(#[case] text: &str, #[case] thousandths: u128) {
        assert_eq!(text.parse::<Quantity>().unwrap().thousandths(), thousandths);
    }

    #[rstest]
    #[case("")]
    #[case("0")]
    #[case("-1")]
    #[case("+1")]
    #[case("1.5")]
    #[case("2GB")]
    #[case("Gi")]
    #[case("99999999999999999999")]
    fn other_texts_are_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Quantity>(), Err(QuantityError(text.to_owned())));
    }
}
