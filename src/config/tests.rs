use super::*;

const EXAMPLE: &str = include_str!("../../assets/config/gate.toml");

fn read(text: &str) -> Settings {
    Settings::from_toml(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    Settings::from_toml(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_example_shows_the_values_that_count_without_it() {
    assert_eq!(read(EXAMPLE), Settings::default());
    assert_eq!(read(""), Settings::default());
}

#[test]
fn the_example_names_every_key_and_all_that_it_offers_is_taken() {
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(offered) if offered.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => offered,
            _ => line,
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let all = read(&uncommented);
    assert_eq!(all.scanners.len(), 2);
    let signals = &all.signals;
    assert!(signals.gpiochip.is_some() && signals.relay.is_some() && signals.lamps.admit.is_some());
    assert!(signals.passed.is_some() && signals.released.is_some() && signals.fire_alarm.is_some());
    assert!(all.gate.name.is_some() && all.camera.device.is_some() && all.camera.replay.is_some());
    assert!(all.sound.device.is_some() && all.screen.size.is_some() && all.screen.brightness_path.is_some());
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_what_is_known() {
    let error = refused("[gate]\ndata = \"d\"\n\n[camera]\nfsp = 30\n");
    assert!(error.starts_with("line 5: unknown field `fsp`"), "{error}");
    assert!(error.contains("`fps`"), "{error}");
    assert!(refused("[cammera]\n").starts_with("line 1: unknown field `cammera`"));
    assert!(
        refused("[[scanner]]\nhid = \"/dev/a\"\nspeed = 1\n").starts_with("line 3: unknown field `speed`")
    );
}

#[test]
fn what_is_no_configuration_at_all_is_refused() {
    assert!(refused("[gate\n").starts_with("line 1: "));
    assert!(refused("[gate]\ndata = \"a\"\ndata = \"b\"\n").starts_with("line 3: "));
    assert_eq!(Settings::from_toml(b"\xff"), Err(ConfigError::NotText));
    let flood = vec![b'#'; CONFIG_BYTES_MAX + 1];
    assert_eq!(Settings::from_toml(&flood), Err(ConfigError::TooLarge));
}

#[test]
fn each_value_is_taken_up_to_its_limits_and_no_further() {
    for (section, key, good, bad) in [
        ("camera", "fps", ["1", "240"], ["0", "241"]),
        ("signals", "pulse_ms", ["20", "30000"], ["19", "30001"]),
        ("signals", "debounce_ms", ["0", "1000"], ["-1", "1001"]),
        ("sound", "volume", ["0", "100"], ["101", "300"]),
        ("screen", "rotation", ["90", "270"], ["45", "360"]),
        (
            "screen",
            "size",
            ["\"120x120\"", "\"8192x8192\""],
            ["\"119x120\"", "\"120x8193\""],
        ),
        (
            "camera",
            "size",
            ["\"640x480\"", "\"1920x1080\""],
            ["\"640\"", "\"640*480\""],
        ),
        (
            "camera",
            "device",
            ["\"/dev/video0\"", "\"/dev/v4l/by-id/x\""],
            ["\"video0\"", "0"],
        ),
        (
            "gate",
            "language",
            ["\"zh\"", "\"zh-hans-cn\""],
            ["\"z\"", "\"zh_CN\""],
        ),
        (
            "gate",
            "direction",
            ["\"exit\"", "\"check\""],
            ["\"in\"", "\"Exit\""],
        ),
        ("gate", "name", ["\"north\"", "\"gate-2\""], ["\"\"", "\"North\""]),
    ] {
        let file = |value: &str| format!("[{section}]\n{key} = {value}\n");
        for value in good {
            assert!(
                Settings::from_toml(file(value).as_bytes()).is_ok(),
                "{key} = {value}"
            );
        }
        for value in bad {
            let error = refused(&file(value));
            assert!(error.starts_with("line 2: "), "{key} = {value}: {error}");
        }
    }
}

#[test]
fn a_scanner_is_of_one_kind() {
    for (scanner, good) in [
        ("hid = \"/dev/input/event0\"", true),
        ("hid = \"/dev/input/event0\"\nlayout = \"de\"", true),
        ("serial = \"/dev/ttyACM0\"", true),
        ("serial = \"/dev/ttyACM0\"\nbaud = 115200", true),
        ("", false),
        ("layout = \"us\"", false),
        ("serial = \"/dev/ttyACM0\"\nhid = \"/dev/input/event0\"", false),
        ("serial = \"/dev/ttyACM0\"\nlayout = \"us\"", false),
        ("hid = \"/dev/input/event0\"\nbaud = 9600", false),
        ("serial = \"/dev/ttyACM0\"\nbaud = 9601", false),
    ] {
        let file = format!("[[scanner]]\n{scanner}\n");
        assert_eq!(Settings::from_toml(file.as_bytes()).is_ok(), good, "{scanner}");
    }
    let many = "[[scanner]]\nserial = \"/dev/ttyS0\"\n".repeat(SCANNERS_MAX + 1);
    assert_eq!(
        Settings::from_toml(many.as_bytes()),
        Err(ConfigError::TooManyScanners)
    );
}

#[test]
fn a_line_has_one_use_and_a_chip() {
    assert_eq!(
        Settings::from_toml(b"[signals]\nrelay = { line = 1 }\n"),
        Err(ConfigError::NoChip)
    );
    let twice = b"[signals]\ngpiochip = \"/dev/gpiochip0\"\nrelay = { line = 1 }\npassed = { line = 1 }\n";
    assert_eq!(
        Settings::from_toml(twice),
        Err(ConfigError::LineTwice {
            line: 1,
            first: "relay",
            second: "passed"
        })
    );
}
