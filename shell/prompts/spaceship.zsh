# spaceship: source this after spaceship, then: spaceship add --before char assume_role
SPACESHIP_ASSUME_ROLE_ASYNC=false # it costs less than the worker that would do it

function spaceship_assume_role() {
    __assume_role_hook # spaceship draws before our hook
    [[ -n ${ASSUME_ROLE_PROMPT} ]] || return 0
    local colour=red
    case ${ASSUME_ROLE_PROMPT_STATE} in
        calm) colour=cyan ;;
        protected) colour=magenta ;;
        warning) colour=yellow ;;
    esac
    spaceship::section --color "${colour}" --suffix ' ' "${ASSUME_ROLE_PROMPT}"
}
