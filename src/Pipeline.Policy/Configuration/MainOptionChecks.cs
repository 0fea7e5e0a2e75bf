using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups.Ldap;
using Pipeline.Policy.Lookups.Servers;
using Pipeline.Policy.Scanning;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Policy.Configuration;

/// <summary>What Exim checks between main options when it has read them all.</summary>
internal static class MainOptionChecks
{
    public static void Check(MainOptions options, List<ConfigurationProblem> problems)
    {
        if (options.LocalSenderRetain && options.LocalFromCheck)
        {
            Report("local_sender_retain", "both local_from_check and local_sender_retain are set; this combination is not allowed");
        }

        if (options.SmtpAcceptMax == 0 && options.SmtpAcceptQueue > 0)
        {
            Report("smtp_accept_queue", "smtp_accept_max must be set if smtp_accept_queue is set");
        }

        if (options.SmtpAcceptMax == 0 && options.SmtpAcceptMaxPerHost is not null)
        {
            Report("smtp_accept_max_per_host", "smtp_accept_max must be set if smtp_accept_max_per_host is set");
        }

        foreach (var item in ListSyntax.Split(options.QueueOnlyFile ?? ""))
        {
            if (!item.StartsWith('/') && !item.StartsWith("smtp/", StringComparison.Ordinal))
            {
                Report("queue_only_file", $"queue_only_file: \"{item}\" is not an absolute path, with or without \"smtp\" in front");
            }
        }

        if (options.SpoolDirectory is { Constant: "" })
        {
            Report("spool_directory", "spool_directory undefined");
        }

        ReadOnlySpan<(string Name, ExpandableString? Value)> limits =
        [
            ("smtp_accept_max_per_connection", options.SmtpAcceptMaxPerConnection),
            ("smtp_accept_max_per_host", options.SmtpAcceptMaxPerHost), ("smtp_receive_timeout", options.SmtpReceiveTimeout),
        ];
        foreach (var (name, value) in limits)
        {
            if (value is { Constant: null })
            {
                Report(name, $"{name} is the same for every host in this version and cannot be expanded");
            }
        }

        foreach (var unknown in LogSelection.Unknown(options.Settings.GetValueOrDefault("log_selector")?.Value))
        {
            Report("log_selector", $"unknown log_selector setting: {unknown}");
        }

        if (options.Settings.GetValueOrDefault("tainted_data")?.Value is { } word && TaintModes.Find(word) is null)
        {
            Report("tainted_data", $"\"{word}\" is not a valid value for the \"tainted_data\" option: {TaintModes.Words}");
        }

        DkimAcceptance.Read(name => options.Settings.GetValueOrDefault(name)?.Value, out var dkim);
        if (dkim.Text.Length > 0)
        {
            Report(dkim.Option, $"{dkim.Option}: {dkim.Text}");
        }

        if ((options.SrsConfig is not null || options.SrsSecrets.Count > 0) && SrsSettings.Read(options, out var srs) is null)
        {
            Report(options.SrsConfig is not null ? "srs_config" : "srs_secrets", srs);
        }

        if (options.Settings.GetValueOrDefault("dmarc_evaluation")?.Value is { } evaluation && DmarcEvaluations.Find(evaluation) is null)
        {
            Report("dmarc_evaluation", $"\"{evaluation}\" is not a valid value for the \"dmarc_evaluation\" option: {DmarcEvaluations.Words}");
        }

        if (options.Settings.GetValueOrDefault("syslog_facility")?.Value is { } facility && SyslogFacilities.NumberOf(facility) is null)
        {
            Report("syslog_facility", $"syslog_facility \"{facility}\" is not known");
        }

        foreach (var path in options.LogFilePath?.Constant?.Split(':', StringSplitOptions.TrimEntries) ?? [])
        {
            if (path.StartsWith('/') && !path.Contains("%s", StringComparison.Ordinal))
            {
                Report("log_file_path", $"log_file_path \"{path}\" does not contain \"%s\"");
            }
        }

        if (options.AvScanner is { Source: not ['$', ..] and var scanner } && AvScanner.Parse(scanner, out var unusable) is null)
        {
            Report("av_scanner", $"av_scanner: {unusable}");
        }

        if (CipherPreference.Read(options.TlsRequireCiphers?.Constant, null, out var unreadable) is null)
        {
            Report("tls_require_ciphers", $"tls_require_ciphers: {unreadable}");
        }

        if (OpenSslOptions.Read(options.OpensslOptions ?? "", out unreadable) is null)
        {
            Report("openssl_options", $"openssl_options: {unreadable}");
        }

        if (!options.SpamdAddress.Source.StartsWith('$'))
        {
            SpamdServerList.Parse(options.SpamdAddress.Source, out var problem);
            if (problem.Length > 0)
            {
                Report("spamd_address", problem);
            }
        }

        if (DccifdAddress.Parse(options.DccifdAddress, out var noAddress) is null)
        {
            Report("dccifd_address", $"dccifd_address: {noAddress}");
        }

        if (options.LdapVersion is not (2 or 3))
        {
            Report("ldap_version", $"ldap_version is 2 or 3, and not {options.LdapVersion}");
        }

        if (options.LdapRequireCert is { } demand && LdapCertificateDemand.Find(demand) is null)
        {
            Report("ldap_require_cert", $"\"{demand}\" is not a valid value for the \"ldap_require_cert\" option: {LdapCertificateDemand.Words}");
        }

        foreach (var servers in LookupServerForm.All)
        {
            if (servers.Check(options) is { Length: > 0 } wrong)
            {
                Report(servers.Option, wrong);
            }
        }

        void Report(string option, string message) => problems.Add(new ConfigurationProblem(message, options.Settings.GetValueOrDefault(option)?.Location));
    }
}
