using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The distribution's rspamd with no more than its core: it knows the test pattern, and logs what it was told of each message.</summary>
internal static class Rspamd
{
    public const string Program = "/usr/bin/rspamd";

    /// <param name="folder">For its files.</param>
    public static async Task<ScannerProgram> StartAsync(Folder folder)
    {
        var port = Loopback.FreeEndpoint().Port;
        var settings = folder.Write("rspamd.conf", $$"""
            options {
              pidfile = "{{folder.Of("rspamd.pid")}}"; tempdir = "{{folder.Path}}"; history_file = "{{folder.Of("rspamd.history")}}"; rrd = "{{folder.Of("rspamd.rrd")}}";
              control_socket = "{{folder.Of("rspamd.sock")}} mode=0600"; filters = "chartable";
              dns { timeout = 1s; sockets = 1; retransmits = 1; nameserver = ["127.0.0.1:1"]; }
            }
            logging {
              type = "file"; filename = "{{LogOf(folder)}}"; level = "info";
              log_format = "told: qid <$qid> ip $ip user <$user> from <$smtp_from> rcpts <$smtp_rcpts>";
            }
            metric { name = "default"; actions { reject = 15; add_header = 6; } unknown_weight = 1; }
            worker "normal" { bind_socket = "127.0.0.1:{{port}}"; count = 1; }
            """);
        return await ScannerProgram.StartAsync(Program, ["--no-fork", "--insecure", "--config", settings], port);
    }

    public static string LogOf(Folder folder) => folder.Of("rspamd.log");
}
