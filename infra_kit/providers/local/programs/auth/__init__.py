"""The server of an Auth: accounts, a login page, and tokens, by OpenID Connect as far as a code with PKCE and a refresh
token go (https://openid.net/specs/openid-connect-core-1_0.html). It is for this machine: nothing else reaches it.

Started as `python -m infra_kit.providers.local.programs.auth <box>` by `servers/auth.py`, under a supervisor. In its
box, beside what every supervised program has:

    conf/told.json         its port, clients with their secrets, and what else is asked of it
    data/accounts.sqlite   people, and refresh tokens (none of them in clear)
    data/key.pem           what tokens are signed with
    listens.json           which version of `told.json` it goes by, once it listens

It answers on 127.0.0.1 alone:

    GET  /.well-known/openid-configuration, /.well-known/jwks.json
    GET  /authorize    the login page; POST what was entered there, to log in or to sign up
    POST /token        a code or a refresh token for tokens
    GET  /userinfo     of whom an access token is
    GET  /logout       back to the application
    PUT  /users        makes an account, or changes it: `{"email", "password", "groups"}`, for the admin
"""
