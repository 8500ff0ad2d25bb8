//! Kubernetes quantities, as the cluster writes them.

/// The number that a quantity such as `1500m`, `128Mi` or `2e3` stands for.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    // What is behind the number. An exponent is part of the number, and `E` alone is a unit.
    let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.').map_or(0, |last| last + 1);
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0_f64.powi(2),
        "Gi" => 1024.0_f64.powi(3),
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        _ => return None,
    };
    number.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2", Some(2.0))]
    #[case("1500m", Some(1.5))]
    #[case("250000000n", Some(0.25))]
    #[case("128Mi", Some(134_217_728.0))]
    #[case("4Gi", Some(4_294_967_296.0))]
    #[case("1.5k", Some(1500.0))]
    #[case("2e3", Some(2000.0))]
    #[case("1E", Some(1e18))]
    #[case("", None)]
    #[case("Gi", None)]
    #[case("much", None)]
    #[case("1 Gi", None)]
    fn quantities_are_numbers(#[case] text: &str, #[case] number: Option<f64>) {
        assert_eq!(parse(text), number);
    }
}
