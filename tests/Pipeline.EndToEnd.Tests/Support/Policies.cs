using System.Net;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Configurations of the tests: local mail goes to Maildirs, everything else to one smarthost.</summary>
internal static class Policies
{
    /// <param name="main">Main options.</param>
    /// <param name="routers">Routers before the usual one.</param>
    /// <param name="transports">Transports beside the usual one.</param>
    public static string Local(string main = "", string routers = "", string transports = "") => $"""
        primary_hostname = mx.local.test
        spool_directory = FOLDER/spool
        domainlist local_domains = local.test
        acl_smtp_rcpt = check_rcpt
        {main}

        begin acl
        check_rcpt:
          accept domains = +local_domains
          deny message = relay not permitted

        begin routers
        {routers}
        local:
          driver = accept
          domains = +local_domains
          transport = maildir

        begin transports
        {transports}
        maildir:
          driver = appendfile
          directory = FOLDER/mail/$local_part
          maildir_format
          return_path_add
          envelope_to_add

        begin retry
        * * F,4d,15m
        """;

    /// <summary>Takes mail for <c>remote.test</c> too, and hands it to a server on this machine.</summary>
    public static string Smarthost(IPEndPoint peer) => Local(
        routers: $"""
            smarthost:
              driver = manualroute
              domains = remote.test
              route_list = * 127.0.0.1::{peer.Port}
              self = send
              transport = smtp
            """,
        transports: """
            smtp:
              driver = smtp
              allow_localhost
            """).Replace("domainlist local_domains = local.test", "domainlist local_domains = local.test : remote.test", StringComparison.Ordinal);
}
