//! Where dark turns to light along a line, without a threshold: an edge lies half way between a local minimum and
//! the next maximum, whatever the light is there. Blur takes from the height of both and leaves the edge in place.

/// A change is noise too when it is less than this share of the last edge: light areas are noisier than dark ones.
const SWING_SHARE: u8 = 6;

/// An edge along a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// Where it lies, in samples: the middle of the first sample is at 0.
    pub(super) at: f32,
    /// Whether it goes from dark to light.
    pub(super) rises: bool,
    /// How much lighter one side is than the other.
    pub(super) height: u8,
}

/// A minimum or maximum that the values turn back from.
#[derive(Clone, Copy)]
struct Turn {
    index: usize,
    value: u8,
}

/// The edges along a line, which have alternating directions. A change of `noise` or less is no edge. The two ends
/// of the line are edges too: a picture may be cut off where its code ends.
pub(super) fn edges(values: &[u8], noise: u8, edges: &mut Vec<Edge>) {
    edges.clear();
    let Some(&first) = values.first() else {
        return;
    };
    let mut from = Turn {
        index: 0,
        value: first,
    };
    let mut top = from;
    // Falling values are looked at upside down, so that there is always a maximum to turn back from.
    let mut flip = 0;
    let mut least = noise;
    for (index, &value) in values.iter().enumerate() {
        let level = value ^ flip;
        if level >= top.value ^ flip {
            top = Turn { index, value };
        } else if (top.value ^ flip) - level > least {
            let edge = edge(values, from, top);
            if edge.height > noise {
                edges.push(edge);
            }
            least = noise.max(edge.height / SWING_SHARE);
            from = top;
            top = Turn { index, value };
            flip = !flip;
        }
    }
    let last = edge(values, from, top);
    if last.height > noise {
        edges.push(last);
    }
    close(edges, values.len());
}

/// Adds the ends of the line.
fn close(edges: &mut Vec<Edge>, samples: usize) {
    let end = |at: f32, beside: Edge| Edge {
        at,
        rises: !beside.rises,
        height: beside.height,
    };
    if let (Some(&first), Some(&last)) = (edges.first(), edges.last()) {
        edges.insert(0, end(-0.5, first));
        edges.push(end(samples as f32 - 0.5, last));
    }
}

/// The edge between two turns: the first place that is half way up or down.
fn edge(values: &[u8], from: Turn, to: Turn) -> Edge {
    let rises = to.value > from.value;
    let height = to.value.abs_diff(from.value);
    let middle = (f32::from(from.value) + f32::from(to.value)) / 2.0;
    let mut before = f32::from(from.value);
    let between = values.get(from.index + 1..=to.index).unwrap_or_default();
    for (steps, &value) in between.iter().enumerate() {
        let value = f32::from(value);
        if (value > middle) == rises {
            let share = (middle - before) / (value - before);
            let at = (from.index + steps) as f32 + share.clamp(0.0, 1.0);
            return Edge { at, rises, height };
        }
        before = value;
    }
    Edge {
        at: to.index as f32,
        rises,
        height,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(values: &[u8], noise: u8) -> Vec<Edge> {
        let mut found = Vec::new();
        edges(values, noise, &mut found);
        found
    }

    /// Without the two ends of the line.
    fn places(values: &[u8], noise: u8) -> Vec<f32> {
        let found = found(values, noise);
        let inner = found.get(1..found.len().saturating_sub(1)).unwrap_or_default();
        inner.iter().map(|edge| edge.at).collect()
    }

    /// Bars of 6, 6, 18, 6 and 6 samples on a light ground, with the shade of each moved by up to a sample.
    fn bars(blur: usize) -> Vec<u8> {
        let runs = [
            (12, 200),
            (6, 20),
            (6, 200),
            (18, 20),
            (6, 200),
            (6, 20),
            (12, 200),
        ];
        let sharp: Vec<usize> = runs
            .iter()
            .flat_map(|&(samples, value)| std::iter::repeat_n(value, samples))
            .collect();
        let reach = blur / 2;
        (0..sharp.len())
            .map(|at| {
                let around = &sharp[at.saturating_sub(reach)..(at + reach + 1).min(sharp.len())];
                u8::try_from(around.iter().sum::<usize>() / around.len()).unwrap()
            })
            .collect()
    }

    #[test]
    fn an_edge_lies_half_way_up_between_samples() {
        for (values, at) in [
            (&[10, 10, 210, 210][..], 1.5),
            (&[0, 0, 50, 200, 200], 2.0 + 1.0 / 3.0),
            (&[200, 200, 150, 0, 0], 2.0 + 1.0 / 3.0),
            (&[0, 0, 100, 200, 200], 2.0),
            (&[30, 40, 35, 180, 220, 215], 2.0 + 92.0 / 145.0 - 2.0 / 145.0),
        ] {
            let [edge] = places(values, 20)[..] else {
                panic!("{values:?}");
            };
            let (low, high) = (
                f32::from(*values.iter().min().unwrap()),
                f32::from(*values.iter().max().unwrap()),
            );
            assert!((low + high) / 2.0 > 20.0);
            assert!((edge - at).abs() < 0.02, "{values:?}: {edge} is not {at}");
        }
    }

    #[test]
    fn the_ends_of_a_line_are_edges_as_high_as_those_beside_them() {
        let found = found(&[200, 200, 50, 50, 180], 20);
        let all: Vec<_> = found.iter().map(|edge| (edge.rises, edge.height)).collect();
        assert_eq!(all, [(true, 150), (false, 150), (true, 130), (false, 130)]);
        assert_eq!((found[0].at, found[3].at), (-0.5, 4.5));
    }

    #[test]
    fn a_change_of_no_more_than_the_noise_is_no_edge() {
        let ripple = [100, 110, 100, 110, 100];
        assert_eq!(found(&ripple, 10), []);
        assert_eq!(places(&ripple, 9).len(), 4);
    }

    #[test]
    fn what_is_small_beside_the_last_edge_is_no_edge() {
        // A sixth of 180 is 30.
        let line = |dent: u8| [20, 20, 200, 200, 200 - dent, 200, 20, 20];
        assert_eq!(places(&line(30), 5).len(), 2);
        assert_eq!(places(&line(31), 5).len(), 4);
    }

    #[test]
    fn a_line_without_changes_has_no_edges() {
        for line in [&[][..], &[7], &[7, 7, 7]] {
            assert_eq!(found(line, 0), [], "{line:?}");
        }
    }

    #[test]
    fn blur_leaves_edges_in_place() {
        let sharp = places(&bars(1), 10);
        assert_eq!(sharp, [11.5, 17.5, 23.5, 41.5, 47.5, 53.5]);
        for blur in [3, 5] {
            let blurred = places(&bars(blur), 10);
            assert_eq!(blurred.len(), sharp.len());
            for (blurred, sharp) in blurred.iter().zip(&sharp) {
                assert!((blurred - sharp).abs() < 0.1, "{blur}: {blurred} is not {sharp}");
            }
        }
    }

    proptest! {
        #[test]
        fn edges_of_any_line_ascend_alternate_and_are_higher_than_noise(
            line in proptest::collection::vec(any::<u8>(), 0..80),
            noise: u8,
        ) {
            let found = found(&line, noise);
            for pair in found.windows(2) {
                prop_assert!(pair[0].at <= pair[1].at, "{:?}", pair);
                prop_assert_ne!(pair[0].rises, pair[1].rises);
            }
            prop_assert!(found.iter().all(|edge| edge.height > noise));
            prop_assert!(found.is_empty() || found.len() >= 3);
        }
    }
}
