using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>control =</c>: changes how the message or the session is dealt with.</summary>
internal sealed class ControlModifier() : AclModifier("control")
{
    private const AclPoints Received = AclPoints.Mail | AclPoints.Rcpt | AclPoints.Predata | AclPoints.Data | AclPoints.DataPrdr | AclPoints.Mime | AclPoints.NotSmtp | AclPoints.NotSmtpMime;
    private const AclPoints BeforeData = AclPoints.Smtp & ~(AclPoints.Data | AclPoints.DataPrdr | AclPoints.Mime | AclPoints.Dkim);

    /// <summary>Every control of the language. Names are told apart by prefix, so a name stands before those it begins with.</summary>
    private static readonly Control[] Controls =
    [
        new("allow_auth_unadvertised", ControlTarget.Connection, AclPoints.Connect | AclPoints.Helo),
        new("bmi_run", ControlTarget.Message, AclPoints.All),
        new("caseful_local_part", ControlTarget.LocalPart, AclPoints.Rcpt),
        new("caselower_local_part", ControlTarget.LocalPart, AclPoints.Rcpt),
        new("cutthrough_delivery", ControlTarget.Message, AclPoints.Rcpt, HasOptions: true),
        new("debug", ControlTarget.Message, AclPoints.All, HasOptions: true),
        new("dkim_disable_verify", ControlTarget.Message, BeforeData),
        new("dmarc_disable_verify", ControlTarget.Message, AclPoints.All & ~(AclPoints.Data | AclPoints.Local)),
        new("dmarc_enable_forensic", ControlTarget.Message, AclPoints.All & ~(AclPoints.Data | AclPoints.Local)),
        new("dscp", ControlTarget.Connection, AclPoints.Smtp, HasOptions: true),
        new("enforce_sync", ControlTarget.Connection, AclPoints.Smtp),
        new("fakedefer", ControlTarget.Message, Received & ~(AclPoints.NotSmtp | AclPoints.NotSmtpMime), HasOptions: true),
        new("fakereject", ControlTarget.Message, Received & ~(AclPoints.NotSmtp | AclPoints.NotSmtpMime), HasOptions: true),
        new("freeze", ControlTarget.Message, Received, HasOptions: true),
        new("no_callout_flush", ControlTarget.Connection, AclPoints.Smtp),
        new("no_delay_flush", ControlTarget.Connection, AclPoints.Smtp),
        new("no_enforce_sync", ControlTarget.Connection, AclPoints.Smtp),
        new("no_mbox_unspool", ControlTarget.Message, AclPoints.Content | AclPoints.Mime | AclPoints.NotSmtpMime),
        new("no_multiline_responses", ControlTarget.Connection, AclPoints.Smtp),
        new("no_pipelining", ControlTarget.Connection, AclPoints.Smtp),
        new("queue_only", ControlTarget.Message, Received, HasOptions: true),
        new("queue", ControlTarget.Message, Received, HasOptions: true),
        new("requiretls", ControlTarget.Message, Received),
        new("submission", ControlTarget.Message, AclPoints.Envelope, HasOptions: true),
        new("suppress_local_fixups", ControlTarget.Message, AclPoints.Envelope | AclPoints.NotSmtpStart),
        new("utf8_downconvert", ControlTarget.Message, AclPoints.Rcpt | AclPoints.Vrfy, HasOptions: true),
        new("wellknown", ControlTarget.Message, AclPoints.WellKnown, HasOptions: true),
    ];

    private enum ControlTarget
    {
        Message = 0,
        Connection = 1,
        LocalPart = 2,
    }

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (Find(argument) is not { } control || !HasValidOptions(control, argument))
        {
            return new(AclTest.Error($"syntax error in \"control={argument}\""));
        }

        if (!control.AllowedAt.Contains(evaluation.Point))
        {
            return new(AclTest.Error($"cannot use \"control={control.Name}\" in {AclPointTraits.Of(evaluation.Point).Name} ACL"));
        }

        switch (control.Target)
        {
            case ControlTarget.Connection:
                evaluation.Connection.Controls.Add(argument);
                break;
            case ControlTarget.LocalPart when evaluation.Scope.Address is { } address:
                SetLetterCase(address, caseful: control.Name == "caseful_local_part");
                break;
            case ControlTarget.Message:
                evaluation.Message.Controls.RemoveWhere(known => known == control.Name || known.StartsWith(control.Name + "/", StringComparison.Ordinal));
                evaluation.Message.Controls.Add(argument);
                break;
        }

        return new(AclTest.True);
    }

    private static Control? Find(string argument)
    {
        foreach (var control in Controls)
        {
            if (argument.StartsWith(control.Name, StringComparison.Ordinal))
            {
                return control;
            }
        }

        return null;
    }

    private static bool HasValidOptions(Control control, string argument)
    {
        var rest = argument.AsSpan(control.Name.Length);
        if (rest.IsEmpty)
        {
            return true;
        }

        if (!control.HasOptions || rest[0] != '/')
        {
            return false;
        }

        return control.Name switch
        {
            "submission" => SubmissionOptions.TryParse(rest.ToString(), out _),
            "freeze" => rest is "/no_tell",
            "cutthrough_delivery" => rest is "/defer=pass" or "/defer=spool",
            "queue" => rest is "/first_pass_route",
            "queue_only" => rest is "/first_pass_route",
            _ => true,
        };
    }

    private static void SetLetterCase(AddressScope address, bool caseful)
    {
        address.CasefulLocalPart = caseful;
        address.LocalPart = caseful && address.OriginalLocalPart.Length > 0 ? address.OriginalLocalPart : address.LocalPart;
        if (!caseful)
        {
            address.LocalPart = address.LocalPart.ToLowerInvariant();
        }
    }

    private sealed record Control(string Name, ControlTarget Target, AclPoints AllowedAt, bool HasOptions = false);
}
