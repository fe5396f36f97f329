"""The outcome of demos as JUnit XML, which continuous integration knows how to show."""

from xml.etree import ElementTree

from framebuild.conclude import Report


def junit_xml(report: Report) -> bytes:
    """One test case a demo: a failure where it did not finish, skipped where it was reused."""
    ends = {end.job.frame.id: end for end in report.ended}
    suite = ElementTree.Element("testsuite", name="frames")
    counted = {"tests": len(report.jobs), "failures": len(report.problems)}
    counted["skipped"] = len(report.jobs) - len(report.ended)
    suite.attrib.update({name: str(count) for name, count in counted.items()})
    for job in report.jobs:
        end = ends.get(job.frame.id)
        seconds = f"{end.outcome.seconds:.2f}" if end else "0"
        case = ElementTree.SubElement(suite, "testcase", classname="demos", name=job.frame.id)
        case.set("time", seconds)
        if end is None:
            ElementTree.SubElement(case, "skipped", message=job.why)
        elif end.problem:
            failure = ElementTree.SubElement(case, "failure", message=end.problem.what)
            failure.set("type", end.outcome.status)
            failure.text = str(end.problem)
    ElementTree.indent(suite)
    written: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written
