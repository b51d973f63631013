//! The flags of configuration options, made of their declarations.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::config::options::{ConfigOption, with_flags};

/// The flags of options that were given: `--theme` and its value.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct OptionFlags(pub(in crate::cli) BTreeMap<&'static str, String>);

impl Args for OptionFlags {
    fn augment_args(command: Command) -> Command {
        with_flags().fold(command, |command, option| {
            let Some((flag, value)) = option.long_flag() else { return command };
            let argument = Arg::new(flag).long(flag.trim_start_matches('-')).global(true);
            let argument = argument.value_name(value).help(option.doc.trim());
            let argument = argument.short(option.short_flag());
            command.arg(match option.choices {
                [] => argument,
                words => argument.value_parser(PossibleValuesParser::new(words)),
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = with_flags().filter_map(ConfigOption::long_flag);
        let given = flags.filter_map(|(flag, _)| {
            matches.get_one::<String>(flag).map(|value| (flag, value.clone()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
