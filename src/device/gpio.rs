//! Relay, lamps and sensors at GPIO lines, by the kernel's character device.

use std::io;
use std::path::Path;
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Value};

use super::signals::{Input, InputChange, Lamp, Output, SignalError, SignalInputs, Signals, Wired};
use crate::config::{InputLine, OutputLine, Pull, SignalSettings};

/// As whom the lines are held: what `gpioinfo` shows.
const CONSUMER: &str = "wicket";

/// Lines that the gate drives.
struct GpioOutputs {
    request: Request,
    lines: Vec<(Output, u32)>,
}

/// Lines that the gate reads.
struct GpioInputs {
    request: Request,
    lines: Vec<(Input, u32)>,
    /// What is so at the start, and matters.
    first: Option<InputChange>,
}

/// Takes the lines that the settings name, all off; none where they name none.
///
/// # Errors
/// [`SignalError::Request`] where a line cannot be had: there is no such chip or line, or another program has it.
pub fn open(settings: &SignalSettings) -> Result<Option<Wired>, SignalError> {
    let Some(chip) = &settings.gpiochip else {
        return Ok(None);
    };
    let (outputs, inputs) = (outputs(settings), inputs(settings));
    let outputs: Box<dyn Signals> = match outputs.is_empty() {
        true => Box::new(super::signals::NoSignals),
        false => Box::new(GpioOutputs::take(chip.as_path(), &outputs)?),
    };
    let inputs = match inputs.is_empty() {
        true => None,
        false => {
            let taken = GpioInputs::take(chip.as_path(), &inputs, settings.debounce_ms.get())?;
            Some(Box::new(taken) as Box<dyn SignalInputs>)
        }
    };
    Ok(Some(Wired { outputs, inputs }))
}

fn outputs(settings: &SignalSettings) -> Vec<(Output, OutputLine)> {
    let lamps = &settings.lamps;
    let all = [
        (Output::Relay, settings.relay),
        (Output::Lamp(Lamp::Admit), lamps.admit),
        (Output::Lamp(Lamp::Deny), lamps.deny),
        (Output::Lamp(Lamp::Ask), lamps.ask),
    ];
    all.into_iter()
        .filter_map(|(output, line)| Some((output, line?)))
        .collect()
}

fn inputs(settings: &SignalSettings) -> Vec<(Input, InputLine)> {
    let all = [
        (Input::Passed, settings.passed),
        (Input::Released, settings.released),
        (Input::FireAlarm, settings.fire_alarm),
    ];
    all.into_iter()
        .filter_map(|(input, line)| Some((input, line?)))
        .collect()
}

impl GpioOutputs {
    fn take(chip: &Path, wanted: &[(Output, OutputLine)]) -> Result<Self, SignalError> {
        let mut builder = Request::builder();
        builder.on_chip(chip).with_consumer(CONSUMER);
        for (_, line) in wanted {
            builder.with_line(line.line.get()).as_output(Value::Inactive);
            match line.active_low {
                true => builder.as_active_low(),
                false => builder.as_active_high(),
            };
        }
        let lines: Vec<_> = wanted
            .iter()
            .map(|(output, line)| (*output, line.line.get()))
            .collect();
        let request = builder.request().map_err(|error| refused(chip, &lines, &error))?;
        Ok(Self { request, lines })
    }
}

impl Signals for GpioOutputs {
    fn set(&self, output: Output, on: bool) -> Result<(), SignalError> {
        let Some((_, line)) = self.lines.iter().find(|(known, _)| *known == output) else {
            return Ok(());
        };
        let value = if on { Value::Active } else { Value::Inactive };
        self.request
            .set_value(*line, value)
            .map_err(|error| SignalError::Switch {
                output,
                why: error.to_string(),
            })
    }
}

impl GpioInputs {
    fn take(chip: &Path, wanted: &[(Input, InputLine)], debounce_ms: u32) -> Result<Self, SignalError> {
        let mut builder = Request::builder();
        builder.on_chip(chip).with_consumer(CONSUMER);
        for (_, line) in wanted {
            builder.with_line(line.line.get()).as_input();
            match line.active_low {
                true => builder.as_active_low(),
                false => builder.as_active_high(),
            };
            builder
                .with_bias(bias(line.pull))
                .with_edge_detection(EdgeDetection::BothEdges)
                .with_debounce_period(Duration::from_millis(debounce_ms.into()));
        }
        let lines: Vec<_> = wanted
            .iter()
            .map(|(input, line)| (*input, line.line.get()))
            .collect();
        let request = builder.request().map_err(|error| refused(chip, &lines, &error))?;
        let first = alarm_at_start(&request, &lines).map_err(|error| refused(chip, &lines, &error))?;
        Ok(Self {
            request,
            lines,
            first,
        })
    }
}

impl SignalInputs for GpioInputs {
    fn next(&mut self, wait: Duration) -> Result<Option<InputChange>, SignalError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let unreadable = |error: gpiocdev::Error| SignalError::Read(io::Error::other(error.to_string()));
        if !self.request.wait_edge_event(wait).map_err(unreadable)? {
            return Ok(None);
        }
        let event = self.request.read_edge_event().map_err(unreadable)?;
        let input = self.lines.iter().find(|(_, line)| *line == event.offset);
        Ok(input.map(|(input, _)| InputChange {
            input: *input,
            active: event.kind == EdgeKind::Rising,
        }))
    }
}

/// A fire alarm that is active when the gate starts has no edge to come.
fn alarm_at_start(request: &Request, lines: &[(Input, u32)]) -> gpiocdev::Result<Option<InputChange>> {
    let Some((input, line)) = lines.iter().find(|(input, _)| *input == Input::FireAlarm) else {
        return Ok(None);
    };
    let active = request.value(*line)? == Value::Active;
    let change = InputChange {
        input: *input,
        active,
    };
    Ok(active.then_some(change))
}

fn bias(pull: Pull) -> Option<Bias> {
    match pull {
        Pull::None => None,
        Pull::Up => Some(Bias::PullUp),
        Pull::Down => Some(Bias::PullDown),
    }
}

fn refused<K>(chip: &Path, lines: &[(K, u32)], error: &gpiocdev::Error) -> SignalError {
    let numbers: Vec<_> = lines.iter().map(|(_, line)| line.to_string()).collect();
    SignalError::Request {
        what: match &numbers[..] {
            [number] => format!("the line {number} of {}", chip.display()),
            _ => format!("the lines {} of {}", numbers.join(", "), chip.display()),
        },
        why: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn settings(lines: &str) -> SignalSettings {
        Settings::from_toml(format!("[signals]\n{lines}").as_bytes())
            .unwrap()
            .signals
    }

    #[test]
    fn without_a_chip_nothing_is_wired() {
        assert!(open(&settings("")).unwrap().is_none());
    }

    #[test]
    fn a_line_that_cannot_be_had_is_named_with_its_chip() {
        let wanted = settings(
            "gpiochip = \"/dev/gpiochip-missing\"\nrelay = { line = 17 }\nlamps = { deny = { line = 6 } }",
        );
        let error = open(&wanted).err().unwrap().to_string();
        assert!(error.contains("lines 17, 6 of /dev/gpiochip-missing"), "{error}");
        let wanted = settings("gpiochip = \"/dev/null\"\nfire_alarm = { line = 4 }");
        assert!(matches!(open(&wanted), Err(SignalError::Request { .. })));
    }

    #[test]
    fn every_line_that_can_be_configured_is_taken() {
        let all = settings(
            "gpiochip = \"/dev/gpiochip0\"\nrelay = { line = 1 }\npassed = { line = 2 }\nreleased = { line = 3 }\n\
             fire_alarm = { line = 4 }\nlamps = { admit = { line = 5 }, deny = { line = 6 }, ask = { line = 7 } }",
        );
        let taken = outputs(&all)
            .iter()
            .map(|(_, line)| line.line.get())
            .collect::<Vec<_>>();
        assert_eq!(taken, [1, 5, 6, 7]);
        let read = inputs(&all)
            .iter()
            .map(|(_, line)| line.line.get())
            .collect::<Vec<_>>();
        assert_eq!(read, [2, 3, 4]);
    }
}
