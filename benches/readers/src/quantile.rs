//! Medians and 95th percentiles.

/// The middle value, or the mean of the two in the middle; not a number where there is none.
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = [sorted.len().saturating_sub(1) / 2, sorted.len() / 2].map(|index| at(&sorted, index));
    middle.iter().sum::<f64>() / 2.0
}

/// The smallest value that 95 of 100 values do not exceed; not a number where there is none.
pub fn p95(values: &[f64]) -> f64 {
    at(
        &sorted(values),
        (values.len() * 95).div_ceil(100).saturating_sub(1),
    )
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn at(sorted: &[f64], index: usize) -> f64 {
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_those_of_the_sorted_values() {
        assert_eq!(
            (median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0, 2.0, 3.0])),
            (2.0, 2.5)
        );
        let hundred: Vec<_> = (1..=100).rev().map(f64::from).collect();
        assert_eq!((p95(&hundred), p95(&[7.0])), (95.0, 7.0));
        assert!(median(&[]).is_nan() && p95(&[]).is_nan());
    }
}
