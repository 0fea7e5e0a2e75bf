using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>What a redirect router permits, and what it does with the addresses it makes.</summary>
internal sealed class RedirectOptions
{
    public RedirectOptions(DriverOptions options)
    {
        AllowFail = options.GetBool("allow_fail");
        AllowDefer = options.GetBool("allow_defer");
        ForbidSmtpCode = options.GetBool("forbid_smtp_code");
        ForbidPipe = options.GetBool("forbid_pipe");
        ForbidFile = options.GetBool("forbid_file");
        ForbidInclude = options.GetBool("forbid_include");
        ForbidBlackhole = options.GetBool("forbid_blackhole");
        IncludeDirectory = options.GetExpandable("include_directory");
        PipeTransport = options.GetExpandable("pipe_transport");
        FileTransport = options.GetExpandable("file_transport");
        DirectoryTransport = options.GetExpandable("directory_transport");
        QualifyDomain = options.GetExpandable("qualify_domain");
        QualifyPreserveDomain = options.GetBool("qualify_preserve_domain");
        CheckAncestor = options.GetBool("check_ancestor");
        OneTime = options.GetBool("one_time");
        HideChild = options.GetBool("hide_child_in_errmsg");
        Rewrite = options.GetBool("rewrite", defaultValue: true);
        SkipSyntaxErrors = options.GetBool("skip_syntax_errors");
        SyntaxErrorsTo = options.GetExpandable("syntax_errors_to");
        SyntaxErrorsText = options.GetExpandable("syntax_errors_text");
        if (QualifyDomain is not null && QualifyPreserveDomain)
        {
            options.ReportFor("only one of \"qualify_domain\" or \"qualify_preserve_domain\" must be set");
        }

        if (OneTime && (options.IsSet("headers_add") || options.IsSet("headers_remove") || options.IsSet("unseen")))
        {
            options.ReportFor("\"one_time\" may not be set with \"headers_add\", \"headers_remove\" or \"unseen\"");
        }
    }

    public bool AllowFail { get; }

    public bool AllowDefer { get; }

    /// <summary>A reply code at the start of the text of <c>:fail:</c> or <c>:defer:</c> is dropped.</summary>
    public bool ForbidSmtpCode { get; }

    public bool ForbidPipe { get; }

    public bool ForbidFile { get; }

    public bool ForbidInclude { get; }

    public bool ForbidBlackhole { get; }

    public ExpandableString? IncludeDirectory { get; }

    public ExpandableString? PipeTransport { get; }

    public ExpandableString? FileTransport { get; }

    public ExpandableString? DirectoryTransport { get; }

    public ExpandableString? QualifyDomain { get; }

    public bool QualifyPreserveDomain { get; }

    public bool CheckAncestor { get; }

    public bool OneTime { get; }

    public bool HideChild { get; }

    /// <summary>The addresses it makes go through the rewriting rules for recipients.</summary>
    public bool Rewrite { get; }

    public bool SkipSyntaxErrors { get; }

    /// <summary>Who is told of what was skipped.</summary>
    public ExpandableString? SyntaxErrorsTo { get; }

    /// <summary>What stands before the errors.</summary>
    public ExpandableString? SyntaxErrorsText { get; }
}
