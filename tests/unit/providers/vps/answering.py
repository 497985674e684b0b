"""A stand-in for `wget`, whose server says something else at each ask."""


def wget(line: str) -> str:
    """Its text. It says the next line of `$FOLDER/answers`, the last one again and again; an empty one: nothing.

    Args:
        line: what is printed, with what it says as `$said`, as it stands between double quotes.
    """
    return f"""
        said=$(head -n 1 "$FOLDER/answers")
        [ "$(wc -l <"$FOLDER/answers")" = 1 ] || sed -i 1d "$FOLDER/answers"
        [ -n "$said" ] || exit 4
        echo "{line}"
    """
