using Pipeline.Policy.Authentication;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Configuration;

/// <summary>What the options of a router, transport or authenticator are when they are not set: what the program takes them for when it makes the driver.</summary>
public static class DriverDefaults
{
    /// <summary>What Exim has where the program asks with no value in mind, or not at all; a driver in front of a dot when others differ.</summary>
    private static readonly Dictionary<string, object> OfExim = new(StringComparer.Ordinal)
    {
        ["self"] = "freeze",
        ["host_find_failed"] = "freeze",
        ["host_all_ignored"] = "defer",
        ["filter_prepend_home"] = true,
        ["qualify_single"] = true,
        ["rewrite_headers"] = true,
        ["dnssec_request_domains"] = "*",
        ["accept.log_as_local"] = true,
        ["accept.retry_use_local_part"] = true,
        ["redirect.retry_use_local_part"] = true,
        ["appendfile.retry_use_local_part"] = true,
        ["pipe.retry_use_local_part"] = true,
        ["lmtp.retry_use_local_part"] = true,
        ["autoreply.retry_use_local_part"] = true,
        ["appendfile.check_string"] = "From ",
        ["appendfile.escape_string"] = ">From ",
        ["directory_file"] = "q${base62:$tod_epoch}-$inode",
        ["maildir_retries"] = 10L,
        ["message_prefix"] = "From ${if def:return_path{$return_path}{MAILER-DAEMON}} ${tod_bsdinbox}\n",
        ["message_suffix"] = "\n",
        ["dns_qualify_single"] = true,
        ["keepalive"] = true,
        ["address_retry_include_sender"] = true,
        ["retry_include_ip_address"] = true,
        ["delay_after_cutoff"] = true,
        ["hosts_request_ocsp"] = "*",
        ["hosts_try_chunking"] = "*",
        ["hosts_try_fastopen"] = "*",
        ["hosts_try_dane"] = "*",
        ["hosts_try_prdr"] = "*",
        ["tls_try_verify_hosts"] = "*",
        ["tls_verify_cert_hostnames"] = "*",
        ["dkim_hash"] = "sha256",
        ["port"] = "smtp",
        ["max_rcpt"] = "100",
        ["utf8_downconvert"] = "-1",
    };

    /// <returns>By the name of the option; one without a value is absent.</returns>
    public static IReadOnlyDictionary<string, object> Of(DriverClass drivers, DriverBlock block)
    {
        List<ConfigurationProblem> problems = []; // the configuration has none, or it would not be shown
        var options = drivers == DriverClass.Router ? DriverOptions.OfRouter(block, problems)
            : drivers == DriverClass.Transport ? DriverOptions.OfTransport(block, problems)
            : DriverOptions.OfAuthenticator(block, problems);
        _ = drivers == DriverClass.Router ? RouterCompiler.Compile(options, problems)
            : drivers == DriverClass.Transport ? TransportDriverRegistry.Create(options, problems)
            : (object?)AuthenticatorDriverRegistry.Create(options);
        var defaults = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, value) in OfExim)
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 || key[..dot] == options.Driver)
            {
                defaults[key[(dot + 1)..]] = value;
            }
        }

        foreach (var (name, value) in options.Defaults)
        {
            if (value is not (false or "") || !defaults.ContainsKey(name))
            {
                defaults[name] = value;
            }
        }

        return defaults;
    }
}
