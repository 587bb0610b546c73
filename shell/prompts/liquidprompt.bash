# shellcheck shell=bash
# liquidprompt, in bash: source this before liquidprompt. A reference, expanded when the prompt is drawn.
# shellcheck disable=SC2016,SC2034
LP_PS1_PREFIX='\[${__assume_role_colour-}\]${__assume_role_shown-}\[${__assume_role_plain-}\]'
