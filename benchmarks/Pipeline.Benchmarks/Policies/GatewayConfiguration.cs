using System.Globalization;
using System.Text;

namespace Pipeline.Benchmarks.Policies;

/// <summary>A gateway as many have it, without lookups in files, databases and the DNS.</summary>
internal static class GatewayConfiguration
{
    private const string Main = """
        primary_hostname = mx.local.example
        domainlist local_domains = @ : local.example : *.local.example : ^local[0-9]\\.example\$
        domainlist relay_to_domains = customer1.example : customer2.example : *.customer3.example
        hostlist relay_from_hosts = 127.0.0.1 : ::::1 : 10.0.0.0/8 : 172.16.0.0/12
        hostlist blocked_hosts = 198.51.100.0/24 : 203.0.113.7
        acl_smtp_rcpt = check_rcpt

        """;

    private const string Acls = """
        begin acl

        check_rcpt:
          accept  hosts = :
                  control = dkim_disable_verify
          deny    message = Your host is not welcome here
                  hosts = +blocked_hosts
          deny    message = Restricted characters in address
                  domains = +local_domains
                  local_parts = ^[.] : ^.*[@%!/|]
          deny    message = Restricted characters in address
                  domains = !+local_domains
                  local_parts = ^[./|] : ^.*[@%!] : ^.*/\\.\\./
          accept  local_parts = postmaster
                  domains = +local_domains
          deny    message = HELO must be a name of yours, not ours
                  condition = ${if match_domain{$sender_helo_name}{+local_domains}}
          deny    message = too many recipients for a bounce
                  senders = :
                  condition = ${if >{$rcpt_count}{1}}
          warn    condition = ${if match{$local_part}{^([a-z]+)-(list|request)\$}}
                  set acl_m_list = $1
          warn    set acl_m_seen = ${acl_m_seen}<$local_part@$domain>
          accept  hosts = +relay_from_hosts
                  control = submission/sender_retain
                  control = dkim_disable_verify
          accept  authenticated = *
                  control = submission/sender_retain
          require message = relay not permitted
                  domains = +local_domains : +relay_to_domains
          require verify = recipient
          accept

        begin routers

        relay:
          driver = accept
          domains = +relay_to_domains
          transport = queue

        local:
          driver = accept
          domains = +local_domains
          local_part_suffix = -*
          local_part_suffix_optional
          transport = queue

        """;

    private const string Rest = """
        begin transports

        queue:
          driver = queuefile
          directory = /var/spool/gateway

        begin retry

        *  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h

        """;

    public static string Text => Main + Acls + Rest;

    /// <summary>The same with as many more ACLs and routers as make it that long.</summary>
    public static string Long(int lines)
    {
        var acls = new StringBuilder();
        var routers = new StringBuilder();
        for (var number = 0; acls.ToString().Count(c => c == '\n') + routers.ToString().Count(c => c == '\n') < lines - Text.Count(c => c == '\n'); number++)
        {
            acls.Append(Numbered("""

                check_NUMBER:
                  # one of many tenants
                  deny    message = ${if eq{$acl_m_NUMBER}{x}{No mail for $local_part@$domain}{Closed}}
                          domains = tenantNUMBER.example : *.tenantNUMBER.example
                          local_parts = ^closed-.* : \N^[0-9]+$\N
                          condition = ${if and{{def:sender_helo_name}{!eqi{$sender_helo_name}{mx.tenantNUMBER.example}}}{yes}{no}}
                  warn    add_header = X-Tenant: ${lc:tenantNUMBER} ($sender_host_address)
                          set acl_m_NUMBER = ${extract{1}{-}{$local_part}{$value}{none}}
                  accept  hosts = 192.0.2.OCTET : !10.OCTET.0.0/16

                """, number));
            routers.Append(Numbered("""

                tenant_NUMBER:
                  driver = accept
                  domains = tenantNUMBER.example
                  condition = ${if !eq{$local_part}{root}}
                  address_data = ${lc:$local_part}+NUMBER
                  headers_add = X-Routed: tenant_NUMBER
                  transport = queue

                """, number));
        }

        return Main + Acls.Replace("begin routers\n", acls + "begin routers\n" + routers, StringComparison.Ordinal) + Rest;
    }

    private static string Numbered(string text, int number) => text
        .Replace("NUMBER", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("OCTET", (number % 256).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
