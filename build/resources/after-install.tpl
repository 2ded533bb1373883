# The `gatehouse` command. A file of somebody else's is left alone.
command='/usr/bin/gatehouse'
if [ ! -e "$command" ] || [ -L "$command" ]; then
    ln -sf '/opt/${sanitizedProductName}/resources/bin/gatehouse' "$command"
else
    echo "$command is not a link and was left alone: use /opt/${sanitizedProductName}/resources/bin/gatehouse"
fi
