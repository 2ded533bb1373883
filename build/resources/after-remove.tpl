# The `gatehouse` command, if it is ours; not when a newer version takes this one's place.
command='/usr/bin/gatehouse'
if [ "$1" != 'upgrade' ] && [ "$1" != '1' ] && [ "`readlink "$command"`" = '/opt/${sanitizedProductName}/resources/bin/gatehouse' ]; then
    rm -f "$command"
fi
