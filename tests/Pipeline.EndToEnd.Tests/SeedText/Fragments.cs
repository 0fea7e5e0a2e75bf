namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>The pieces of configuration in the text of Exim 4.92's experimental features, word for word; indented less.</summary>
internal static class Fragments
{
    public const string BmiConfigFile = "bmi_config_file = /opt/brightmail/etc/brightmail.cfg";

    public const string BmiRun = """
        accept  domains       = +local_domains
                endpass
                verify        = recipient
                control       = bmi_run

        accept  domains       = +relay_to_domains
                endpass
                verify        = recipient
                control       = bmi_run
        """;

    public const string BmiBlackhole = """
        # don't deliver messages handled by the BMI server
        bmi_blackhole:
          driver = redirect
          bmi_dont_deliver
          data = :blackhole:
        """;

    public const string BmiRuleRedirect = """
        # special router for BMI rule #5, #8 and #11
        bmi_rule_redirect:
          driver = redirect
          bmi_rule = 5:8:11
          data = postmaster@mydomain.com
        """;

    public const string BmiVerdictHeader = """
        localuser:
          driver = accept
          check_local_user
          headers_add = X-Brightmail-Verdict: $bmi_base64_verdict
          transport = local_delivery
        """;

    public const string BmiTrackerHeader = """
        localuser:
          driver = accept
          check_local_user
          headers_add = X-Brightmail-Tracker: $bmi_base64_tracker_verdict
          transport = local_delivery
        """;

    public const string BmiOptin = """
        accept  domains       = +relay_to_domains
                endpass
                verify        = recipient
                bmi_optin     = ${lookup{$local_part@$domain}lsearch{/etc/exim/bmi_optin_data}}
                control       = bmi_run
        """;

    public const string DccifdPath = "dccifd_address = /usr/local/dcc/var/dccifd";

    public const string DccCondition = "dcc = *";

    public const string DccGreylisting = "defer   !dcc = *";

    public const string DccDirectAddHeader = "dcc_direct_add_header = true";

    public const string DccOverride = """
        warn    set acl_m_dcc_override_client_ip = \
          ${lookup{$sender_helo_name}nwildlsearch{/etc/mail/multipleip_sites}{$value}{}}
                condition = ${if def:acl_m_dcc_override_client_ip}
                log_message = dbg: acl_m_dcc_override_client_ip set to \
                              $acl_m_dcc_override_client_ip
        """;

    public const string DccSites = """
        mout-xforward.gmx.net           82.165.159.12
        mout.gmx.net                    212.227.15.16
        """;

    public const string LmdbLookups = """
        ${lookup{$sender_address_domain}lmdb{/var/lib/baruwa/data/db/relaydomains.mdb}{$value}}
        ${lookup{$sender_address_domain}lmdb{/var/lib/baruwa/data/db/relaydomains.mdb}{$value}fail}
        ${lookup{$sender_address_domain}lmdb{/var/lib/baruwa/data/db/relaydomains.mdb}}
        """;

    public const string QueuefileRouter = """
        scan:
           driver = accept
           transport = scan
        """;

    public const string QueuefileTransport = """
        scan:
          driver = queuefile
          directory = /var/spool/baruwa-scanner/input
        """;

    public const string EarlyPipeliningHelo = """
        helo_data =	${if def:sending_ip_address \
        	   {${lookup dnsdb{>! ptr=$sending_ip_address} \
        		{${sg{$value} {^([^!]*).*\$} {\$1}}} fail}} \
        	   {$primary_hostname}}
        """;
}
