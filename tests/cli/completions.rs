use super::wicket;

#[test]
fn every_shell_gets_a_script_that_names_the_subcommands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = wicket().args(["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{shell}");
        assert!(
            String::from_utf8(output.stdout).unwrap().contains("completions"),
            "{shell}"
        );
    }
}

#[test]
fn wrong_use_exits_with_2() {
    assert_eq!(wicket().arg("fly").status().unwrap().code(), Some(2));
}
