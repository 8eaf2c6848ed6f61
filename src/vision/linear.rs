//! Linear least squares: a handful of unknowns, many equations.

/// The normal equations of a weighted least-squares problem with `N` unknowns.
#[derive(Debug, Clone)]
pub(super) struct Normal<const N: usize> {
    /// The lower triangle of the sum of the outer products.
    matrix: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> Normal<N> {
    pub(super) const fn new() -> Self {
        Self {
            matrix: [[0.0; N]; N],
            right: [0.0; N],
        }
    }

    /// One equation: the coefficients times the unknowns should be `value`.
    pub(super) fn add(&mut self, coefficients: &[f64; N], value: f64, weight: f64) {
        for ((row, right), &factor) in self.matrix.iter_mut().zip(&mut self.right).zip(coefficients) {
            let factor = factor * weight;
            *right += factor * value;
            for (cell, other) in row.iter_mut().zip(coefficients) {
                *cell += factor * other;
            }
        }
    }

    /// The unknowns, held back towards zero by `ridge` times the mean of the diagonal; none where the equations
    /// do not determine them. Cholesky's decomposition.
    pub(super) fn solve(&self, ridge: f64) -> Option<[f64; N]> {
        let mut lower = self.matrix;
        let trace: f64 = lower.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
        let lift = ridge * trace / N as f64;
        for i in 0..N {
            let (above, rest) = lower.split_at_mut(i);
            let row = rest.first_mut()?;
            for (j, upper) in above.iter().enumerate() {
                let done: f64 = row.iter().zip(upper).take(j).map(|(a, b)| a * b).sum();
                let pivot = *upper.get(j)?;
                let cell = row.get_mut(j)?;
                *cell = (*cell - done) / pivot;
            }
            let done: f64 = row.iter().take(i).map(|a| a * a).sum();
            let cell = row.get_mut(i)?;
            let square = *cell + lift - done;
            if square.is_nan() || square <= 0.0 {
                return None;
            }
            *cell = square.sqrt();
        }
        back_substituted(&lower, self.right)
    }
}

/// Solves `L L' x = right`.
fn back_substituted<const N: usize>(lower: &[[f64; N]; N], right: [f64; N]) -> Option<[f64; N]> {
    let mut x = right;
    for (i, row) in lower.iter().enumerate() {
        let done: f64 = row.iter().zip(&x).take(i).map(|(a, b)| a * b).sum();
        let cell = x.get_mut(i)?;
        *cell = (*cell - done) / row.get(i)?;
    }
    for i in (0..N).rev() {
        let below = lower.iter().zip(&x).skip(i + 1);
        let done: f64 = below.filter_map(|(row, value)| Some(row.get(i)? * value)).sum();
        let cell = x.get_mut(i)?;
        *cell = (*cell - done) / lower.get(i)?.get(i)?;
    }
    x.iter().all(|value| value.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknowns_behind_exact_equations_come_back() {
        let truth = [2.0, -1.0, 0.5];
        let mut normal = Normal::<3>::new();
        for i in 0..10 {
            let x = f64::from(i);
            let row = [1.0, x, x * x];
            let value = row.iter().zip(&truth).map(|(a, b)| a * b).sum();
            normal.add(&row, value, 1.0 + x);
        }
        let found = normal.solve(0.0).unwrap();
        for (found, truth) in found.iter().zip(&truth) {
            assert!((found - truth).abs() < 1e-8, "{found} is not {truth}");
        }
    }

    #[test]
    fn too_few_equations_determine_nothing() {
        let mut normal = Normal::<2>::new();
        normal.add(&[1.0, 1.0], 3.0, 1.0);
        assert_eq!(normal.solve(0.0), None);
    }
}
