/// A real mail server (aiosmtpd), which reads what arrives as mail programs do.
enum MailServer {
    /// Arguments: `plain`, `starttls`, `tls` or `notls` (which offers none), then the certificate's name.
    /// Recipients named nobody… and busy… are refused, and so are mails to refuse…; hang… is never answered.
    static let source = """
        import asyncio, email, email.policy, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult
        mode = sys.argv[1]
        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("nobody"): return "550 5.1.1 no such user"
                if address.startswith("busy"): return "450 4.2.0 try later"
                if address.startswith("hang"): await asyncio.sleep(3600)
                envelope.rcpt_tos.append(address)
                return "250 OK"
            async def handle_DATA(self, server, session, envelope):
                if any(a.startswith("refuse") for a in envelope.rcpt_tos): return "554 5.7.1 not wanted here"
                mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
                parts = [[p.get_content_type(), p["content-transfer-encoding"], p.get_content()]
                         for p in mail.walk() if not p.is_multipart()]
                lines = envelope.content.split(b"\\r\\n")
                print(json.dumps({
                    "sender": envelope.mail_from, "recipients": envelope.rcpt_tos, "type": mail.get_content_type(),
                    "from": str(mail["from"]), "to": str(mail["to"]), "subject": str(mail["subject"]),
                    "id": mail["message-id"], "date": mail["date"].datetime.isoformat(), "auto": mail["auto-submitted"],
                    "mime": mail["mime-version"], "parts": parts, "longest": max(map(len, lines)),
                    "ascii": all(c < 128 for c in envelope.content), "bare": envelope.content.replace(b"\\r\\n", b"").count(b"\\n"),
                    "tls": session.ssl is not None or mode == "tls", "user": session.auth_data, "hello": session.host_name}))
                return "250 2.0.0 queued as 1"
        def authenticate(server, session, envelope, mechanism, data):
            if mechanism not in ("LOGIN", "PLAIN"): return AuthResult(success=False, handled=False)
            right = (data.login, data.password) == (b"busbar", "p\\u00e4ssword: 1".encode())
            return AuthResult(success=right, handled=right, auth_data=data.login.decode() if right else None)
        def context():
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(sys.argv[2] + ".pem", sys.argv[2] + ".key")
            return made
        def session():
            return SMTP(Handler(), hostname="relay.test", authenticator=authenticate,
                        auth_required=mode != "notls", auth_require_tls=mode == "starttls",
                        tls_context=context() if mode == "starttls" else None, require_starttls=mode == "starttls")
        async def main():
            loop = asyncio.get_running_loop()
            server = await loop.create_server(session, "127.0.0.1", 0, ssl=context() if mode == "tls" else None)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """
}
