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
