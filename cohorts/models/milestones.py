"""What each organisation has to bring, and by when."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Organisation
from cohorts.models.cohorts import Cohort


class Milestone(models.Model):
    """A dated moment of a cohort's path, from one line of its template (`ref`)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="milestones")
    ref = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    due = models.DateField()
    required = models.BooleanField(default=True)

    class Meta:
        ordering = ["due", "id"]
        constraints = [models.UniqueConstraint(fields=["cohort", "ref"], name="milestone_once")]

    def __str__(self) -> str:
        return self.title


class MilestoneDone(models.Model):
    """An organisation reached a milestone, and who said so."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="done")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="milestones_done")
    done_at = models.DateTimeField(default=timezone.now)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["done_at", "id"]
        constraints = [models.UniqueConstraint(fields=["milestone", "organisation"], name="milestone_done_once")]

    def __str__(self) -> str:
        return str(self.pk)
