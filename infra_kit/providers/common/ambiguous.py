"""Paths that a service may read in another way than an edge that compares them as they were written: what would need a
token, or count, under its plain name goes around that by another one. Such a path is refused."""

from __future__ import annotations

PATH = r"\\|;|//|/[.]{1,2}(/|[?]|$)|%(00|2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae])"
"""A regular expression of RE2, whose capitals are the same as its small letters.

A backslash, a `;`, an empty step, a dot segment, an encoded slash, backslash or null byte
(https://docs.spring.io/spring-security/reference/servlet/exploits/firewall.html), and letters, digits, `-`, `.`, `_`,
`~` that are encoded, which means the same as plain (https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
"""
