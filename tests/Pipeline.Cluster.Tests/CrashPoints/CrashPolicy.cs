using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>A policy under which one message goes every way: into files of three kinds, over SMTP, redirected, failed, and put off until a gate is open.</summary>
internal static class CrashPolicy
{
    /// <summary>While this file is absent, recipients at slow.test are put off.</summary>
    public static string GateOf(TestCluster cluster) => Path.Combine(cluster.Folder, "open");

    public static string MboxFolderOf(TestCluster cluster) => Path.Combine(cluster.Folder, "mbox");

    public static string Of(TestCluster cluster) => $$$"""
        GATE = {{{GateOf(cluster)}}}
        primary_hostname = mx.cluster.test
        spool_directory = {{{cluster.Folder}}}/spool
        acl_smtp_rcpt = check_rcpt

        begin acl
        check_rcpt:
          accept domains = maildir.test : queue.test : smtp.test : mbox.test : alias.test : void.test : slow.test

        begin routers
        aliases:
          driver = redirect
          domains = alias.test
          data = east@maildir.test, west@maildir.test
        nobody:
          driver = redirect
          domains = void.test
          allow_fail
          data = :fail: nobody of this name
        slow:
          driver = redirect
          domains = slow.test
          allow_defer
          data = ${if exists{GATE}{late@maildir.test}{:defer: the gate is closed}}
        boxes:
          driver = accept
          domains = maildir.test
          transport = maildir
        piles:
          driver = accept
          domains = mbox.test
          transport = mbox
        spools:
          driver = accept
          domains = queue.test
          transport = spool_out
        far:
          driver = manualroute
          domains = smtp.test
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
          file = {{{MboxFolderOf(cluster)}}}/$local_part
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
