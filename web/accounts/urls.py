"""Addresses of accounts, workspaces and their members."""

from django.urls import path

from web.accounts import member_views, password_views, safety_views, views, workspace_views

WORKSPACE = "w/<uuid:workspace>/"
MEMBER = f"{WORKSPACE}members/<uuid:membership>/"
INVITATION = f"{WORKSPACE}members/invitations/<uuid:invitation>/"

urlpatterns = [
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("theme/", views.choose_theme, name="choose_theme"),
    path("account/", views.account, name="account"),
    path("account/password/", password_views.change, name="change_password"),
    path("account/email/", safety_views.change_email, name="change_email"),
    path("account/email/<str:token>/", safety_views.confirm_email, name="confirm_email"),
    path("account/sessions/", safety_views.sessions, name="sessions"),
    path("account/sessions/end/", safety_views.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:visit>/end/", safety_views.end_session, name="end_session"),
    path("account/activity/", safety_views.activity, name="activity"),
    path("account/prove/", safety_views.prove, name="prove"),
    path("sign-in/link/<str:token>/", safety_views.admit, name="admit"),
    path("password/reset/", password_views.ask, name="ask_password"),
    path("password/reset/sent/", password_views.asked, name="asked_password"),
    path("password/reset/<str:uid>/<str:token>/", password_views.reset, name="reset_password"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", views.accept, name="accept_invitation"),
    path("workspaces/new/", workspace_views.create, name="create_workspace"),
    path(f"{WORKSPACE}settings/", workspace_views.settings, name="workspace_settings"),
    path(f"{WORKSPACE}two-factors/", workspace_views.want_two_factors, name="want_two_factors"),
    path(f"{WORKSPACE}delete/", workspace_views.delete, name="delete_workspace"),
    path(f"{WORKSPACE}members/", member_views.index, name="members"),
    path(f"{WORKSPACE}members/invite/", member_views.invite, name="invite_member"),
    path(f"{WORKSPACE}members/leave/", member_views.leave, name="leave_workspace"),
    path(f"{MEMBER}role/", member_views.change_role, name="change_role"),
    path(f"{MEMBER}remove/", member_views.remove, name="remove_member"),
    path(f"{INVITATION}withdraw/", member_views.withdraw, name="withdraw_invitation"),
    path(f"{INVITATION}resend/", member_views.resend, name="resend_invitation"),
]
