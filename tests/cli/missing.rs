use super::wicket;

#[test]
fn a_subcommand_that_this_build_lacks_is_listed_and_says_which_feature_holds_it() {
    let help = String::from_utf8(wicket().arg("--help").output().unwrap().stdout).unwrap();
    for (name, feature, here) in [
        ("serve", "server", cfg!(feature = "server")),
        ("admin", "server", cfg!(feature = "server")),
        ("backup", "server", cfg!(feature = "server")),
        ("restore", "server", cfg!(feature = "server")),
        ("enrol", "gate", cfg!(feature = "gate")),
        ("sync", "gate", cfg!(feature = "gate")),
    ] {
        assert!(help.contains(name), "{help}");
        let output = wicket().args([name, "--data", "/nowhere", "x"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let lacking = said.contains(&format!("build with --features {feature}"));
        assert_eq!(lacking, !here, "{name}: {said}");
    }
}
