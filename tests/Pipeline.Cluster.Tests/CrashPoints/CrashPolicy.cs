using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>A policy under which one message goes every way: into files of three kinds, over SMTP, redirected, failed, and put off until a gate is open.</summary>
internal static class CrashPolicy
{
    /// <summary>While this file is absent, recipients at <see cref="Domains.Slow"/> are put off.</summary>
    public static string GateOf(TestCluster cluster) => Path.Combine(cluster.Folder, "open");

    public static string Of(TestCluster cluster) => $$$"""
        GATE = {{{GateOf(cluster)}}}
        primary_hostname = mx.cluster.test
        spool_directory = {{{cluster.Folder}}}/spool
        acl_smtp_rcpt = check_rcpt

        begin acl
        check_rcpt:
          accept domains = {{{Domains.Maildir}}} : {{{Domains.Queuefile}}} : {{{Domains.Smtp}}} : {{{Domains.Mbox}}} : {{{Domains.Alias}}} : {{{Domains.Void}}} : {{{Domains.Slow}}}

        begin routers
        aliases:
          driver = redirect
          domains = {{{Domains.Alias}}}
          data = east@{{{Domains.Maildir}}}, west@{{{Domains.Maildir}}}
        nobody:
          driver = redirect
          domains = {{{Domains.Void}}}
          allow_fail
          data = :fail: nobody of this name
        slow:
          driver = redirect
          domains = {{{Domains.Slow}}}
          allow_defer
          data = ${if exists{GATE}{late@{{{Domains.Maildir}}}}{:defer: the gate is closed}}
        boxes:
          driver = accept
          domains = {{{Domains.Maildir}}}
          transport = maildir
        piles:
          driver = accept
          domains = {{{Domains.Mbox}}}
          transport = mbox
        spools:
          driver = accept
          domains = {{{Domains.Queuefile}}}
          transport = spool_out
        far:
          driver = manualroute
          domains = {{{Domains.Smtp}}}
          route_list = * {{{cluster.Sink.Endpoint.Address}}}::{{{cluster.Sink.Endpoint.Port}}}
          self = send
          transport = smtp

        begin transports
        maildir:
          driver = appendfile
          directory = {{{cluster.MailFolder}}}/$local_part
          maildir_format
        # A killed writer leaves its lock file behind.
        mbox:
          driver = appendfile
          file = {{{cluster.MboxFolder}}}/$local_part
          lockfile_timeout = 1s
          lock_interval = 1s
        spool_out:
          driver = queuefile
          directory = {{{cluster.QueueFolder}}}
        smtp:
          driver = smtp
          allow_localhost

        begin retry
        * * F,2h,1s
        """;
}
